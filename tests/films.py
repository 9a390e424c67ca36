"""Videos for tests, made here by PyAV and never kept in files."""

from __future__ import annotations

import io
from fractions import Fraction

import av
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

from approvals import videos
from approvals.actions.videos import add_piece, begin_video, store_video
from approvals.models import Draft


def film(
    seconds: float = 1,
    *,
    size: tuple[int, int] = (64, 48),
    rate: int = 10,
    codec: str = "libx264",
    sound: str = "aac",
    layout: str = "mono",
    form: str = "mp4",
    pixels: str = "yuv420p",
    **metadata: str,
) -> bytes:
    """A grey that grows lighter, with silence; metadata as cameras write it."""
    out = io.BytesIO()
    with av.open(out, "w", format=form, options={"movflags": "use_metadata_tags"}) as made:
        made.metadata.update(metadata)
        video = made.add_stream(codec, rate=rate)
        video.width, video.height, video.pix_fmt = *size, pixels
        audio = made.add_stream(sound, rate=48_000, layout=layout) if sound else None
        for number in range(round(seconds * rate)):
            frame = VideoFrame(*size, "yuv420p")
            for plane, level in zip(frame.planes, (number * 9 % 256, 128, 128), strict=True):
                plane.update(bytes([level]) * plane.buffer_size)
            frame.pts, frame.time_base = number, Fraction(1, rate)
            made.mux(video.encode(frame))
        made.mux(video.encode(None))
        if audio:
            channels = {"mono": 1, "stereo": 2, "5.1": 6}[layout]
            for number in range(int(seconds * 48_000) // 1024):
                piece = AudioFrame("fltp", layout, 1024)
                for plane in piece.planes:
                    plane.update(bytes(plane.buffer_size))
                assert len(piece.planes) == channels
                piece.sample_rate, piece.pts = 48_000, number * 1024
                made.mux(audio.encode(piece))
            made.mux(audio.encode(None))
    return out.getvalue()


def stored_video(draft: Draft, raw: bytes | None = None) -> str:
    """A video of the draft's account, as its upload leaves it; its digest."""
    raw = raw or film()
    upload = begin_video(actor=draft.author, draft_id=draft.pk, name="film.mp4", size=len(raw))
    for at in range(0, len(raw), videos.PIECE):
        upload.received = add_piece(upload=upload, offset=at, raw=raw[at : at + videos.PIECE])
    return store_video(actor=draft.author, upload=upload).sha256
