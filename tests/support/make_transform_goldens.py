#!/usr/bin/env python3
"""Makes tests/golden/transforms: what Pillow and timm do to small made-up images.

    python3 -m venv /tmp/reference
    /tmp/reference/bin/pip install numpy==2.4.6 pillow==13.0.0
    /tmp/reference/bin/pip install --no-deps timm==1.0.22
    /tmp/reference/bin/python tests/support/make_transform_goldens.py tests/golden/transforms

Every expectation is a PNG file, whose name says what was done to which image. timm's
auto_augment.py is loaded by itself, since timm as a whole wants PyTorch. The tests that read these
are in tests/unit/worker/train/data.
"""

import importlib.util
import pathlib
import struct
import sys
import zlib

import numpy as np
from PIL import Image

out = pathlib.Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)


def load_auto_augment():
    timm = importlib.util.find_spec("timm").submodule_search_locations[0]
    spec = importlib.util.spec_from_file_location("auto_augment", timm + "/data/auto_augment.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def save(name, image):
    image.save(out / f"{name}.png", optimize=True)


def scene(width, height):
    """A smooth colour gradient, two discs with sharp edges and noise."""
    random = np.random.default_rng(7)
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    pixels = np.stack([255 * x / width, 255 * y / height, 255 * (1 - x / width)], axis=-1)
    pixels[(x - 0.3 * width) ** 2 + (y - 0.4 * height) ** 2 < (0.2 * height) ** 2] = (230, 30, 60)
    pixels[(x - 0.7 * width) ** 2 + (y - 0.6 * height) ** 2 < (0.25 * height) ** 2] = (10, 200, 240)
    pixels += random.normal(0, 12, pixels.shape)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def resizes(colour, grey):
    filters = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}
    for name, kind in filters.items():
        for width, height in [(20, 17), (61, 20), (30, 47), (97, 80), (3, 2)]:
            save(f"resize_scene_{width}x{height}_{name}", colour.resize((width, height), kind))
        save(f"resize_grey_32x32_{name}", grey.resize((32, 32), kind))
        save(f"resize_grey_13x28_{name}", grey.resize((13, 28), kind))
    # What evaluation at image_size 28 sees: torchvision's Resize(32) and CenterCrop(28), or
    # Resize((29, 29)) and CenterCrop(28).
    resized = colour.resize((int(32 * 61 / 47), 32), Image.Resampling.BICUBIC)
    left, top = round((resized.width - 28) / 2), round((resized.height - 28) / 2)
    save("evaluate_scene_shorter_side", resized.crop((left, top, left + 28, top + 28)))
    save("evaluate_scene_warp", colour.resize((29, 29), Image.Resampling.BICUBIC).crop((0, 0, 28, 28)))


def operations(colour, grey):
    timm = load_auto_augment()
    for interpolation in (Image.Resampling.BILINEAR, Image.Resampling.BICUBIC):
        options = {"fillcolor": (128, 128, 128), "resample": interpolation}
        suffix = interpolation.name.lower()
        for image, name in ((colour, "scene"), (grey, "grey")):
            if name == "grey":
                options["fillcolor"] = 128
            moves = {
                "rotate_27": lambda: timm.rotate(image, 27.0, **options),
                "rotate_-13.5": lambda: timm.rotate(image, -13.5, **options),
                "shear_x_0.27": lambda: timm.shear_x(image, 0.27, **options),
                "shear_y_-0.2": lambda: timm.shear_y(image, -0.2, **options),
                "translate_x_0.4": lambda: timm.translate_x_rel(image, 0.4, **options),
                "translate_y_-0.33": lambda: timm.translate_y_rel(image, -0.33, **options),
            }
            for move, apply in moves.items():
                save(f"{move}_{name}_{suffix}", apply())
    for image, name in ((colour, "scene"), (grey, "grey")):
        save(f"auto_contrast_{name}", timm.auto_contrast(image))
        save(f"equalize_{name}", timm.equalize(image))
        save(f"invert_{name}", timm.invert(image))
        save(f"posterize_1_{name}", timm.posterize(image, 1))
        save(f"solarize_26_{name}", timm.solarize(image, 26))
        save(f"solarize_add_99_{name}", timm.solarize_add(image, 99))
        for factor in (0.19, 1.81):
            save(f"color_{factor}_{name}", timm.color(image, factor))
            save(f"contrast_{factor}_{name}", timm.contrast(image, factor))
            save(f"brightness_{factor}_{name}", timm.brightness(image, factor))
            save(f"sharpness_{factor}_{name}", timm.sharpness(image, factor))


def save_16_bit(name, pixels):
    """A colour PNG of 16 bits a channel, which Pillow reads but doesn't write."""
    height, width, _ = pixels.shape

    def chunk(kind, content):
        checksum = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + checksum

    header = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    (out / name).write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )


def files(colour, grey):
    """Files of every kind that is read, each with what Pillow's convert("RGB") shows."""
    bigger = scene(150, 110)
    exif = Image.Exif()
    exif[0x0112] = 6  # "turn by 90 degrees", which is not done
    bigger.save(out / "file_420.jpg", quality=90)
    bigger.save(out / "file_444_progressive.jpg", quality=90, subsampling=0, progressive=True)
    colour.save(out / "file_rotated.jpg", quality=90, exif=exif)
    grey.save(out / "file_grey.jpg", quality=90)
    colour.convert("CMYK").save(out / "file_cmyk.jpg", quality=90)
    colour.quantize(16).save(out / "file_palette.png")
    alpha = colour.copy()
    alpha.putalpha(Image.linear_gradient("L").resize(colour.size))
    alpha.save(out / "file_alpha.png")
    grey.convert("1").save(out / "file_one_bit.png")
    low_bytes = np.random.default_rng(5).integers(0, 256, (20, 24, 3))
    save_16_bit("file_16_bit.png", np.asarray(scene(24, 20)).astype(np.uint16) * 256 + low_bytes)
    for path in sorted(out.glob("file_*")):
        save(f"decoded_{path.name.replace('.', '_')}", Image.open(path).convert("RGB"))


colour = scene(61, 47)
grey = scene(28, 28).convert("L")
save("scene", colour)
save("grey", grey)
resizes(colour, grey)
operations(colour, grey)
files(colour, grey)
