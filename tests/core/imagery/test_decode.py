import sys
import time
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from subprocess import run

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.errors import ImageError
from core.imagery import (
    Limits,
    content_hash,
    decode_for_prediction,
    decode_photo,
    inspect_photo,
    thumbnail,
)
from tests.core.imagery.photo_files import (
    SHORT,
    encoded,
    exif_block,
    picture,
    png_claiming,
    tag,
)

KINDS = {"JPEG": "JPEG", "PNG": "PNG", "WEBP": "WebP", "TIFF": "TIFF", "HEIC": "HEIC"}
RED, GREEN, BLUE, WHITE = (250, 0, 0), (0, 250, 0), (0, 0, 250), (250, 250, 250)
#: Where the stored quarters (red, green / blue, white) stand when seen upright, from
#: the EXIF standard's table of row 0 and column 0 for each orientation.
UPRIGHT = {
    1: (RED, GREEN, BLUE, WHITE),
    2: (GREEN, RED, WHITE, BLUE),
    3: (WHITE, BLUE, GREEN, RED),
    4: (BLUE, WHITE, RED, GREEN),
    5: (RED, BLUE, GREEN, WHITE),
    6: (BLUE, RED, WHITE, GREEN),
    7: (WHITE, GREEN, BLUE, RED),
    8: (GREEN, WHITE, RED, BLUE),
}


def quarters(pixels):
    height, width, _ = pixels.shape
    ys, xs = (height // 4, 3 * height // 4), (width // 4, 3 * width // 4)
    return [pixels[y, x].astype(int) for y in ys for x in xs]


@pytest.mark.parametrize("kind", KINDS)
def test_every_format_is_known_by_content_whatever_its_name(kind):
    photo = decode_photo(encoded(picture(), kind), name="notes.txt")
    assert photo.format == KINDS[kind]
    assert (photo.width, photo.height) == (80, 60)
    assert photo.pixels.shape == (60, 80, 3)
    assert photo.pixels.dtype == np.uint8
    for seen, drawn in zip(quarters(photo.pixels), UPRIGHT[1], strict=True):
        assert np.abs(seen - drawn).max() <= 12


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", UPRIGHT)
def test_pixels_stand_upright_for_every_orientation(kind, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(picture(), kind, exif=exif.tobytes())
    for photo in (
        decode_photo(data, name="a"),
        decode_for_prediction(data, name="a", min_side_px=20),
    ):
        size = (60, 80) if orientation >= 5 else (80, 60)
        assert (photo.width, photo.height) == size
        for seen, drawn in zip(
            quarters(photo.pixels), UPRIGHT[orientation], strict=True
        ):
            assert np.abs(seen - drawn).max() <= 12


def test_heic_is_not_turned_twice():
    # libheif applies the file's own rotation; the EXIF tag beside it must not count.
    exif = exif_block(image=[tag(0x0112, SHORT, 6)])
    photo = decode_photo(encoded(picture(), "HEIC", exif=exif), name="a.heic")
    as_pillow_heif = UPRIGHT[6]  # its writer turns the tag into a rotation
    assert (photo.width, photo.height) == (60, 80)
    for seen, drawn in zip(quarters(photo.pixels), as_pillow_heif, strict=True):
        assert np.abs(seen - drawn).max() <= 12


def test_orientation_outside_the_standard_is_a_warning():
    data = encoded(picture(), exif=exif_block(image=[tag(0x0112, SHORT, 9)]))
    photo = decode_photo(data, name="a")
    assert (photo.width, photo.height) == (80, 60)
    assert any("orientation 9" in warning for warning in photo.warnings)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"lat,lon\n1,2\n", "content is text"),
        (b"GIF89a\1\0\1\0", "GIF"),
        (b"%PDF-1.7\n%\xe2", "PDF"),
        (b"PK\x03\x04\x14\0", "zip"),
        (b"\0\0\0\x1cftypavif", "AVIF"),
        (b"\0\0\0\x1cftypisom", "video"),
        (b"II*\0\x10\0\0\0CR\x02\0", "raw file"),
        (b"\x07\x00\x9f\x00\x01", "unknown kind"),
        (b"\xff\xd8\xff", "JPEG is"),
        (png_claiming(0, 10), "PNG"),
    ],
)
def test_what_is_no_photo_is_refused_with_a_reason(data, reason):
    for decode in (decode_photo, inspect_photo):
        with pytest.raises(ImageError, match=reason):
            decode(data, name="photo.jpg")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_files_cut_short_are_refused_at_full_and_reduced_scale(kind, share):
    noise = Image.effect_noise((640, 480), 80).convert("RGB")
    data = encoded(noise, kind)
    cut = data[: int(len(data) * share)]
    with pytest.raises(ImageError, match=r"cut short|damaged"):
        decode_photo(cut, name="a")
    with pytest.raises(ImageError, match=r"cut short|damaged"):
        decode_for_prediction(cut, name="a", min_side_px=30)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIC"])
def test_a_cut_file_is_called_cut_short(kind):
    data = encoded(Image.effect_noise((320, 240), 80).convert("RGB"), kind)
    with pytest.raises(ImageError, match="cut short"):
        decode_photo(data[: len(data) // 2], name="a")


def test_progressive_jpeg_cut_short_is_refused():
    data = encoded(Image.effect_noise((640, 480), 80).convert("RGB"), progressive=True)
    with pytest.raises(ImageError, match="cut short"):
        decode_for_prediction(data[:-3000], name="a", min_side_px=30)


def test_huge_picture_is_refused_by_its_header_at_once():
    data = png_claiming(13_000, 13_100)
    started = time.perf_counter()
    with pytest.raises(ImageError, match="170 megapixels, more than the limit of 120"):
        decode_photo(data, name="bomb.png")
    # Decoding 170 megapixels would take seconds and 510 MB.
    assert time.perf_counter() - started < 0.2


def test_webp_that_claims_a_huge_canvas_is_refused_before_it_is_reserved():
    plain = bytearray(encoded(picture(), "WEBP"))
    assert plain[12:16] == b"VP8 "
    plain[26:30] = (16_000).to_bytes(2, "little") * 2
    lossless = bytearray(encoded(picture(), "WEBP", lossless=True))
    assert lossless[12:16] == b"VP8L"
    lossless[21:25] = (15_999 | 15_999 << 14).to_bytes(4, "little")
    layered = bytearray(encoded(picture(), "WEBP", exif=exif_block()))
    assert layered[12:16] == b"VP8X"
    layered[24:30] = (15_999).to_bytes(3, "little") * 2
    for data in (plain, lossless, layered):
        with pytest.raises(ImageError, match="16000 x 16000 = 256 megapixels"):
            decode_photo(bytes(data), name="a")


@pytest.mark.parametrize("kind", KINDS)
def test_own_limits_hold_for_every_format(kind):
    data = encoded(picture(), kind)
    with pytest.raises(ImageError, match="80 x 60"):
        decode_photo(data, name="a", limits=Limits(max_pixels=4799))
    assert decode_photo(data, name="a", limits=Limits(max_pixels=4800)).width == 80
    with pytest.raises(ImageError, match="MB"):
        decode_photo(data, name="a", limits=Limits(max_bytes=len(data) - 1))


def test_picture_between_pillows_warning_and_our_limit_is_read():
    # Pillow would warn above 89 megapixels; ours is the limit that counts.
    image = Image.new("L", (10_000, 9_000), 7)
    photo = decode_for_prediction(encoded(image), name="a", min_side_px=200)
    assert (photo.width, photo.height) == (10_000, 9_000)
    assert photo.pixels.shape == (225, 250, 3)


def test_jpeg_with_thousands_of_scans_is_refused():
    data = encoded(picture(), progressive=True)
    last = data.rindex(b"\xff\xda")
    bomb = data[:last] + data[last:-2] * 600 + data[-2:]
    with pytest.raises(ImageError, match="scans"):
        decode_photo(bomb, name="a")


@pytest.mark.parametrize("limit", ["max_pixels", "max_bytes", "max_jpeg_scans"])
def test_limits_must_be_positive(limit):
    with pytest.raises(ValueError, match=limit):
        Limits(**{limit: 0})


def test_animations_are_refused():
    frames = [Image.new("RGB", (20, 20), c) for c in ("red", "blue", "green")]
    for kind in ("PNG", "WEBP"):
        data = encoded(frames[0], kind, save_all=True, append_images=frames[1:])
        with pytest.raises(ImageError, match="animation of 3 pictures"):
            decode_photo(data, name="a")


def test_first_page_of_a_tiff_is_used_and_said():
    pages = [Image.new("RGB", (20, 20), c) for c in ("red", "blue")]
    data = encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    photo = decode_photo(data, name="a")
    assert photo.pixels[5, 5].tolist() == [255, 0, 0]
    assert "several pages; the first is used" in photo.warnings


def test_main_picture_of_a_multi_picture_jpeg_is_used():
    pages = [Image.new("RGB", (40, 20), "red"), Image.new("RGB", (20, 20), "blue")]
    data = encoded(pages[0], "MPO", save_all=True, append_images=pages[1:])
    photo = decode_photo(data, name="a")
    assert (photo.width, photo.height) == (40, 20)
    assert photo.pixels[5, 5, 0] > 240


def test_raw_previews_are_refused():
    with pytest.raises(ImageError, match="raw file"):
        decode_photo(encoded(picture(), "TIFF", tiffinfo={0x00FE: 1}), name="DSC.NEF")


def test_sixteen_bit_gray_keeps_its_brightness():
    ramp = np.linspace(0, 65535, 256).astype(np.uint16)[None, :].repeat(4, axis=0)
    for kind in ("PNG", "TIFF"):
        photo = decode_photo(encoded(Image.fromarray(ramp), kind), name="a")
        assert photo.pixels[0, :, 0].tolist() == list(range(256))


def test_float_samples_are_refused():
    data = encoded(Image.new("F", (8, 8), 0.5), "TIFF")
    with pytest.raises(ImageError, match="8 or 16 bits"):
        decode_photo(data, name="a")


def test_cmyk_palette_and_bitmap_become_rgb():
    cmyk = decode_photo(encoded(picture().convert("CMYK")), name="a")
    assert np.abs(quarters(cmyk.pixels)[0] - RED).max() <= 12
    palette = decode_photo(encoded(picture().quantize(8), "PNG"), name="a")
    assert np.abs(quarters(palette.pixels)[2] - BLUE).max() <= 12
    bitmap = decode_photo(encoded(Image.new("1", (8, 8), 1), "PNG"), name="a")
    assert bitmap.pixels.min() == 255


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparent_parts_are_white_and_said(mode):
    image = Image.new("RGBA", (16, 16), (0, 0, 0, 0))
    image.paste((10, 10, 10, 255), (0, 0, 8, 16))
    image = image.quantize(4) if mode == "P" else image.convert(mode)
    photo = decode_photo(encoded(image, "PNG"), name="a")
    assert photo.pixels[8, 12].tolist() == [255, 255, 255]
    assert photo.pixels[8, 2].max() < 40
    assert "transparent parts are taken as white" in photo.warnings


def test_opaque_alpha_is_no_warning():
    photo = decode_photo(encoded(picture().convert("RGBA"), "PNG"), name="a")
    assert photo.warnings == ()


def test_reduced_scale_keeps_the_smaller_side_above_the_wish():
    data = encoded(picture(1600, 1200))
    for wish, height in ((150, 150), (151, 300), (600, 600), (601, 1200), (5000, 1200)):
        photo = decode_for_prediction(data, name="a", min_side_px=wish)
        assert photo.pixels.shape == (height, height * 4 // 3, 3)
        assert (photo.width, photo.height) == (1600, 1200)


@given(width=st.integers(1, 300), height=st.integers(1, 300), wish=st.integers(1, 200))
@settings(max_examples=30, deadline=None)
def test_reduced_scale_never_falls_below_the_wish(width, height, wish):
    for kind in ("JPEG", "PNG"):
        data = encoded(Image.new("RGB", (width, height)), kind)
        photo = decode_for_prediction(data, name="a", min_side_px=wish)
        assert min(photo.pixels.shape[:2]) >= min(wish, width, height)
        assert (photo.width, photo.height) == (width, height)


def test_reduced_scale_agrees_with_full_decoding():
    # A box average over the full picture is an independent account of 1/8 scale.
    x, y = np.meshgrid(np.linspace(0, 6, 800), np.linspace(0, 6, 640))
    waves = (127 + 100 * np.sin(x) * np.cos(y)).astype(np.uint8)
    data = encoded(Image.fromarray(waves).convert("RGB"), quality=95)
    small = decode_for_prediction(data, name="a", min_side_px=80).pixels
    full = decode_photo(data, name="a").pixels.astype(float)
    averaged = full.reshape(80, 8, 100, 8, 3).mean(axis=(1, 3))
    assert np.abs(small - averaged).max() < 3


def test_wish_must_be_positive():
    with pytest.raises(ImageError, match="min_side_px"):
        decode_for_prediction(encoded(picture()), name="a", min_side_px=0)


def test_inspect_gives_the_header_of_decode():
    data = encoded(picture(), exif=exif_block(image=[tag(0x0112, SHORT, 6)]))
    header = inspect_photo(data, name="dir/a.jpg")
    photo = decode_photo(data, name="dir/a.jpg")
    for name in ("name", "format", "width", "height", "sha256", "taken_at", "lat"):
        assert getattr(header, name) == getattr(photo, name)
    assert header.name == "a.jpg"
    assert header.sha256 == content_hash(data)


def test_threads_decode_the_same_pixels():
    files = [encoded(picture(80 + i, 60), k) for i in range(4) for k in KINDS]
    alone = [decode_photo(data, name="a").pixels for data in files]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda d: decode_photo(d, name="a").pixels, files * 5))
    for i, pixels in enumerate(together):
        np.testing.assert_array_equal(pixels, alone[i % len(files)])


@given(
    kind=st.sampled_from(sorted(KINDS)),
    edits=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)),
        min_size=1,
        max_size=12,
    ),
)
@settings(max_examples=150, deadline=None)
def test_damaged_files_give_a_photo_or_an_image_error(kind, edits):
    data = bytearray(SOUND[kind])
    for where, value in edits:
        # Most of the structure lies in the first kilobyte.
        data[int(where**3 * len(data))] = value
    limits = Limits(max_pixels=1_000_000)
    try:
        photo = decode_photo(bytes(data), name="a", limits=limits)
    except ImageError as error:
        assert len(str(error)) < 200
    else:
        assert photo.pixels.shape[2] == 3


SOUND = {
    kind: encoded(
        picture(),
        kind,
        exif=exif_block(image=[tag(0x0112, SHORT, 1)]),
    )
    for kind in KINDS
}


def test_thumbnails_carry_no_metadata_and_keep_their_shape():
    small = thumbnail(np.asarray(picture(400, 200)), side_px=100)
    image = Image.open(BytesIO(small))
    assert image.format == "JPEG"
    assert image.size == (100, 50)
    assert len(image.getexif()) == 0
    assert b"Exif" not in small
    tiny = Image.open(BytesIO(thumbnail(np.zeros((3, 5, 3), np.uint8))))
    assert tiny.size == (5, 3)


def test_thumbnail_needs_rgb_bytes():
    with pytest.raises(ImageError, match=r"\(4, 4\)"):
        thumbnail(np.zeros((4, 4), np.uint8))


def test_jpeg_needs_neither_pillow_heif_nor_other_plugins():
    code = (
        "import sys; import core.imagery; "
        "heavy = {'pillow_heif', 'PIL.WebPImagePlugin', 'h3', 'pandas'};"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    done = run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
