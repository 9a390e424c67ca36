# The image of web, workers, beat and the sandbox of X; docs/containers.md says how to use it.
# Debian 13 for its PostgreSQL 17 client: `manage.py backup` wants one as new as the server.
FROM python:3.12.12-slim-trixie AS base

FROM base AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends gcc libc6-dev libpq-dev \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY requirements.in requirements.txt ./
# uv itself at its locked hashes.
RUN sed -n '/^uv==/,/[^\\]$/p' requirements.txt > uv.txt \
 && pip install --no-cache-dir --require-hashes -r uv.txt
# The application's and the sandbox's part of the list only: no embedded servers, no test tools.
RUN sed -e '/^# one-command runner/,/^# local sandbox/d' -e '/^# checks and tests/,$d' \
    requirements.in > image.in
# The lock says which versions and hashes; psycopg2 is built here, against this system's libpq.
RUN python -m venv --without-pip /opt/venv \
 && uv pip install --no-cache --python /opt/venv/bin/python --compile-bytecode \
    --verify-hashes --no-binary psycopg2-binary -r image.in -c requirements.txt

FROM base
RUN apt-get update \
 && apt-get install -y --no-install-recommends libpq5 postgresql-client \
 && rm -rf /var/lib/apt/lists/*
# New volumes take their owner from these folders.
RUN groupadd --gid 10001 policetweets \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /app \
    --shell /usr/sbin/nologin policetweets \
 && install -d -o 10001 -g 10001 -m 700 /srv/backups /srv/media /srv/sandbox /srv/work
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1
COPY --from=build /opt/venv /opt/venv
WORKDIR /app
COPY . .
# Settings without a default need some value; none of these stays in the image.
RUN SECRET_KEY=build DATABASE_URL=postgresql://build REDIS_URL=redis://build \
    python manage.py collectstatic --no-input \
 && python -m compileall -q .
USER 10001:10001
EXPOSE 8000
