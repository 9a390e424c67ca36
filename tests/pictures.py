"""Pictures for tests: what people bring, good and hostile, made here and never kept in files."""

from __future__ import annotations

import io
import struct
import zlib

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageCms, PngImagePlugin

from accounts.models import Account
from approvals import images
from approvals.models import StoredImage

SECRETS = (b"Nantes secret", b"47.218371", b"Adobe", b"exif:", b"Photoshop", b"xpacket")


def picture(kind: str = "JPEG", size: tuple[int, int] = (48, 32), colour="red", **how) -> bytes:
    out = io.BytesIO()
    mode = "RGB" if kind == "JPEG" else "RGBA"
    Image.new(mode, size, colour).save(out, kind, **how)
    return out.getvalue()


def animated(count: int = 3, size: tuple[int, int] = (40, 30), **how) -> bytes:
    """A GIF whose frames all differ, with a remark in it."""
    frames = [Image.new("RGB", size, (70 * n % 256, 20, n // 4)) for n in range(count)]
    out = io.BytesIO()
    frames[0].save(
        out,
        "GIF",
        save_all=True,
        append_images=frames[1:],
        **{"duration": 100, "loop": 0, "comment": b"Nantes secret", **how},
    )
    return out.getvalue()


def photograph(kind: str = "JPEG", size: tuple[int, int] = (8000, 5000), **how) -> bytes:
    """Many points, and not too plain."""
    out = io.BytesIO()
    Image.effect_noise((500, 400), 60).convert("RGB").resize(size).save(out, kind, **how)
    return out.getvalue()


def halves(size: tuple[int, int] = (40, 20)) -> Image.Image:
    """Red on the left, blue on the right: which side is up can be seen."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    return image


def told(kind: str = "JPEG", orientation: int = 6) -> bytes:
    """A picture that tells where, when and by whom: EXIF with GPS and a thumbnail, XMP, IPTC, an
    ICC profile with a remark, a comment; upright only by its orientation.
    """
    exif = Image.Exif()
    exif[274] = orientation
    exif[270] = "Nantes secret"
    exif.get_ifd(34853).update({1: "N", 2: (47.0, 13.0, 6.137), 29: "Nantes secret"})
    xmp = b"<?xpacket begin=''?><x:xmpmeta><exif:GPS>47.218371 Nantes secret</exif:GPS></x:xmpmeta>"
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() + b"Nantes secret"
    how = {"exif": exif, "icc_profile": icc}
    if kind == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_text("Comment", "Nantes secret")
        info.add_itxt("XML:com.adobe.xmp", xmp.decode())
        how["pnginfo"] = info
    elif kind == "WEBP":
        how["xmp"] = xmp
        how["lossless"] = True
    else:
        how |= {"xmp": xmp, "comment": b"Nantes secret", "quality": 95, "subsampling": 0}
    out = io.BytesIO()
    halves().save(out, kind, **how)
    raw = out.getvalue()
    if kind != "JPEG":
        return raw
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x12\x1c\x02\x78\x00\x0dNantes secret"
    return raw[:2] + b"\xff\xed" + struct.pack(">H", len(iptc) + 2) + iptc + raw[2:]


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_bomb(side: int = 50_000) -> bytes:
    """A PNG of side × side points in some kilobytes."""
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((side // 8 + 1) * side), 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


def uploaded(raw: bytes, name: str = "photo.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, raw, "application/octet-stream")


def rewrite(raw: bytes, name: str = "photo") -> images.NormalizedImage:
    """As an upload of this name is; without one nothing is said by it."""
    return images.received(uploaded(raw, name or "photo"))


def stored_image(account: Account, raw: bytes | None = None) -> str:
    """An image of the account, as its upload leaves it; its digest."""
    image = rewrite(raw or picture())
    image.put()
    StoredImage.objects.get_or_create(
        account=account,
        sha256=image.sha256,
        defaults={
            "mime": image.mime,
            "width": image.width,
            "height": image.height,
            "size": len(image.raw),
        },
    )
    return image.sha256
