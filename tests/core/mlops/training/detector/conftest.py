import numpy as np
import pytest
from PIL import Image

from core.mlops.training.detector.data import BoxPicture

CATEGORIES = ("blue", "red")
COLOURS = ((40, 80, 220), (220, 50, 40))


def painted(seed, *, width=80, height=60):
    """One or two filled squares on grey noise."""
    rng = np.random.default_rng(seed)
    pixels = rng.normal(120, 8, (height, width, 3))
    boxes, labels = [], []
    for half in range(int(rng.integers(1, 3))):
        side = int(rng.integers(16, 30))
        left = int(rng.integers(0, width // 2 - side)) + half * width // 2
        top = int(rng.integers(0, height - side))
        label = int(rng.integers(2))
        pixels[top : top + side, left : left + side] = COLOURS[label]
        boxes.append((left, top, left + side, top + side))
        labels.append(label)
    return BoxPicture(
        name=f"painted_{seed}.png",
        source="painted",
        pixels=np.clip(pixels, 0, 255).astype(np.uint8),
        boxes=np.array(boxes, dtype=np.float32),
        labels=np.array(labels, dtype=np.int64),
    )


@pytest.fixture
def pictures():
    return [painted(seed) for seed in range(24)]


@pytest.fixture
def boxes_folder(tmp_path, pictures):
    """The painted pictures as a folder with ``boxes.csv``; every fourth is val."""
    folder = tmp_path / "boxes"
    lines = ["file,xmin,ymin,xmax,ymax,label,source,sublabel,split"]
    for k, picture in enumerate(pictures):
        split = "val" if k % 4 == 0 else "train"
        path = folder / split / picture.name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture.pixels).save(path)
        for box, label in zip(picture.boxes, picture.labels, strict=True):
            corners = ",".join(str(float(v)) for v in box)
            lines.append(
                f"{split}/{picture.name},{corners},"
                f"{('plastic', 'metal')[label]},painted,,{split}"
            )
    (folder / "boxes.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder
