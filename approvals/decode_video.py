"""One video read and written anew, in a process of its own with limits on memory and time.

Arguments: the file, and where the new one goes. Standard output: a line of JSON, {"width",
"height", "milliseconds", "poster"} and then `poster` bytes of a JPEG; or {"refused": REASON}
alone. Pictures and sound are copied as they are, packet by packet; nothing else of the file is.
Nothing of Django is loaded here.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from fractions import Fraction
from typing import Any, cast

import av
from av.audio.stream import AudioStream
from av.bitstream import BitStreamFilterContext
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

MAX_MEMORY = 1280 * 1024 * 1024
MAX_CPU_SECONDS = 40

# X's limits on a video.
MIN_SECONDS, MAX_SECONDS = Fraction(1, 2), 140
MAX_RATE = 60
MIN_SIDE, MAX_SIDES = 32, (1920, 1200)
MAX_RATIO = 3
PIXELS = ("yuv420p", "yuvj420p")
MAX_CHANNELS = 2
# No film of 140 s has more packets than this: 60 pictures and 100 pieces of sound a second.
MAX_PACKETS = 40_000
# Units of H.264 in which cameras and encoders write what they like.
REMARKS = "filter_units=remove_types=6"
POSTER_SIDE = 1280


class Refused(Exception):
    """This video is not taken; the reason is one of those that `approvals.videos` words."""


def rewritten(source: str, target: str) -> tuple[bytes, dict[str, Any]]:
    """Writes the new file; a still of its first picture, and what the video is. Raises Refused."""
    # Only this container is read, and it may name no other file.
    options = {"enable_drefs": "0", "use_absolute_path": "0"}
    with av.open(source, format="mov", options=options) as film:
        video, audio = _streams(film)
        size = _checked(video)
        with av.open(
            target, "w", format="mp4", options={"movflags": "+faststart", "fflags": "+bitexact"}
        ) as fresh:
            lasts = _copy(film, fresh, video, audio)
    with av.open(target, format="mov") as film:
        return _still(film), size | {"milliseconds": lasts}


def _streams(film: InputContainer) -> tuple[VideoStream, AudioStream | None]:
    """The one picture track, and the one sound if there is any."""
    moving = [one for one in film.streams.video if not _is_cover(one)]
    if len(moving) != 1 or len(film.streams.audio) > 1:
        raise Refused("tracks")
    audio = film.streams.audio[0] if film.streams.audio else None
    if moving[0].codec_context.name != "h264":
        raise Refused("codec")
    if audio is not None:
        if audio.codec_context.name != "aac":
            raise Refused("codec")
        if audio.codec_context.channels > MAX_CHANNELS:
            raise Refused("sound")
    return moving[0], audio


def _is_cover(stream: VideoStream) -> bool:
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _checked(video: VideoStream) -> dict[str, Any]:
    width, height = video.codec_context.width, video.codec_context.height
    long, short = max(width, height), min(width, height)
    if long > MAX_SIDES[0] or short > MAX_SIDES[1]:
        raise Refused("too_large")
    if short < MIN_SIDE or long > MAX_RATIO * short:
        raise Refused("shape")
    if video.codec_context.pix_fmt not in PIXELS:
        raise Refused("codec")
    return {"width": width, "height": height}


def _copy(
    film: InputContainer, fresh: OutputContainer, video: VideoStream, audio: AudioStream | None
) -> int:
    """Packet by packet, counted: what the header says of duration and rate proves nothing. How many
    thousandths of a second there are.
    """
    outs = {one.index: fresh.add_stream_from_template(one) for one in (video, audio) if one}
    for out in outs.values():
        out.metadata.clear()
    bare = BitStreamFilterContext(REMARKS, video, cast(VideoStream, outs[video.index]))
    ends = {index: Fraction(0) for index in outs}
    pictures = packets = 0
    for packet in film.demux(*(one for one in (video, audio) if one)):
        if packet.dts is None or packet.pts is None:
            continue  # the empty one that ends a track
        packets += 1
        pictures += packet.stream_index == video.index
        ends[packet.stream_index] = max(ends[packet.stream_index], _end(packet))
        if packets > MAX_PACKETS or max(ends.values()) > MAX_SECONDS + 1:
            raise Refused("too_long")
        copies = bare.filter(packet) if packet.stream_index == video.index else [packet]
        for copy in copies:
            copy.stream = outs[packet.stream_index]
            fresh.mux(copy)
    seconds = ends[video.index]
    if max(ends.values()) > MAX_SECONDS:
        raise Refused("too_long")
    if seconds < MIN_SECONDS:
        raise Refused("too_short")
    if pictures > MAX_RATE * seconds + 1:
        raise Refused("too_fast")
    return int(max(ends.values()) * 1000)


def _end(packet: Packet[Any]) -> Fraction:
    """In seconds from the start of the film."""
    return Fraction((packet.pts or 0) + (packet.duration or 0)) * (packet.time_base or 1)


def _still(film: InputContainer) -> bytes:
    """The first picture, of the new file: it proves that it can be read."""
    for frame in film.decode(video=0):
        picture = frame.to_image()  # type: ignore[no-untyped-call]
        picture.thumbnail((POSTER_SIDE, POSTER_SIDE))
        turn = getattr(frame, "rotation", 0)
        if turn:
            picture = picture.rotate(turn, expand=True)
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=85)
        return out.getvalue()
    raise Refused("damaged")


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_SECONDS, MAX_CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    still = b""
    said: dict[str, Any]
    try:
        still, said = rewritten(sys.argv[1], sys.argv[2])
        said |= {"poster": len(still)}
    except Refused as refused:
        said = {"refused": str(refused)}
    except MemoryError:
        said = {"refused": "too_large"}
    except Exception as error:  # a decoder may raise anything over a broken or hostile file
        said = {"refused": "damaged", "error": type(error).__name__}
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + still)


if __name__ == "__main__":
    main()
