"""What overlaps in a scene."""

import numpy as np

from lecture_lib.show.canvas.scene import Scene, Shape, Text

Box = tuple[float, float, float, float]


def points_of(shape: Shape) -> np.ndarray:
    """Points along a path, a few pixels apart at most."""
    found = []
    pen = (0.0, 0.0)
    for command in shape.commands:
        numbers = np.array(command[1:], float).reshape(-1, 2)
        if command[0] == "M":
            pen = tuple(numbers[0])
            found.append(np.array([pen]))
        elif command[0] == "L":
            end = numbers[0]
            count = max(2, int(np.hypot(*(end - pen)) / 2))
            found.append(pen + (end - np.array(pen)) * np.linspace(0, 1, count)[:, None])
            pen = tuple(end)
        elif command[0] == "C":
            t = np.linspace(0, 1, 40)[:, None]
            a, b, c, d = np.array(pen), *numbers
            found.append((1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d)
            pen = tuple(d)
    return np.concatenate(found)


def shrunk(box: Box, by: float) -> Box:
    return box[0] + by, box[1] + by, box[2] - by, box[3] - by


def overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def crossed_texts(scene: Scene) -> list[str]:
    """Texts that a line of a graph runs through."""
    lines = [
        i
        for i in scene.items
        if isinstance(i, Shape) and i.stroke in ("forward", "backward", "wrong") and i.fill is None
    ]
    p = np.concatenate([points_of(line) for line in lines] or [np.zeros((0, 2))])
    found = []
    for text in scene.texts:
        left, top, right, bottom = shrunk(text.box, 0.5)
        if np.any((p[:, 0] > left) & (p[:, 0] < right) & (p[:, 1] > top) & (p[:, 1] < bottom)):
            found.append(text.text)
    return found


def overlapping_texts(scene: Scene) -> list[tuple[str, str]]:
    """Pairs of texts whose boxes overlap."""
    boxes = [(shrunk(t.box, 0.5), t.text) for t in scene.texts]
    return [(t, u) for k, (a, t) in enumerate(boxes) for b, u in boxes[:k] if overlap(a, b)]


def clipped_texts(scene: Scene) -> list[Text]:
    """Texts that reach beyond the edge."""
    return [t for t in scene.texts if t.box[0] < 0 or t.box[1] < 0 or t.box[2] > scene.width or t.box[3] > scene.height]
