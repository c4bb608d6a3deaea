"""Boxes, anchors and RoIAlign against slow plain loops, and as ONNX."""

from __future__ import annotations

import math
import warnings

import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn

from rsdl_qgis.engine.networks.layers import boxes as b
from rsdl_qgis.engine.networks.layers.anchors import anchors, cell_anchors, cells
from rsdl_qgis.engine.networks.layers.roi_align import pyramid_level, pyramid_roi_align, roi_align


def some_boxes(n, seed=0, size=64.0, largest=24.0):
    generator = torch.Generator().manual_seed(seed)
    corner = torch.rand(n, 2, generator=generator) * size
    return torch.cat([corner, corner + 1 + torch.rand(n, 2, generator=generator) * largest], 1)


def slow_iou(p, q):
    width = min(p[2], q[2]) - max(p[0], q[0])
    height = min(p[3], q[3]) - max(p[1], q[1])
    both = width * height if width > 0 and height > 0 else 0.0
    either = (p[2] - p[0]) * (p[3] - p[1]) + (q[2] - q[0]) * (q[3] - q[1]) - both
    return both / either, either


def slow_giou(p, q):
    overlap, either = slow_iou(p, q)
    hull = (max(p[2], q[2]) - min(p[0], q[0])) * (max(p[3], q[3]) - min(p[1], q[1]))
    return overlap - (hull - either) / hull


def test_iou_and_giou_against_plain_loops():
    p, q = some_boxes(12), some_boxes(9, 1)
    q[0] = p[0]
    table = [[slow_iou(x, y)[0] for y in q.tolist()] for x in p.tolist()]
    torch.testing.assert_close(b.iou(p, q), torch.tensor(table))
    table = torch.tensor([[slow_giou(x, y) for y in q.tolist()] for x in p.tolist()])
    assert table.min() < -0.5 and table.max() == 1  # from far apart to equal
    every = b.giou_loss(p[:, None].expand(12, 9, 4).reshape(-1, 4), q.repeat(12, 1))
    torch.testing.assert_close(every.reshape(12, 9), 1 - table)


def test_empty_boxes_overlap_nothing_and_have_no_area():
    empty, inside_out = torch.tensor([[3.0, 3, 3, 3]]), torch.tensor([[5.0, 5, 2, 2]])
    assert b.iou(empty, empty) == 0 and torch.isfinite(b.giou_loss(empty, empty)).all()
    assert b.area(inside_out) == 0


def test_giou_pulls_boxes_together_that_do_not_touch():
    box = torch.tensor([[0.0, 0, 4, 4]], requires_grad=True)
    b.giou_loss(box, torch.tensor([[20.0, 0, 24, 4]])).sum().backward()
    assert (box.grad[0, 2] < 0) and box.grad[0, 1].abs() < 0.05


def test_clip():
    box = torch.tensor([[-3.0, 2, 50, 70], [1, 2, 3, 4]])
    assert b.clip(box, height=60, width=40).tolist() == [[0, 2, 40, 60], [1, 2, 3, 4]]


def slow_nms(boxes, scores, threshold, groups):
    order = sorted(range(len(boxes)), key=lambda i: (-scores[i], i))
    kept = []
    for i in order:
        if all(groups[i] != groups[j] or slow_iou(boxes[i], boxes[j])[0] <= threshold for j in kept):
            kept.append(i)
    return kept


@pytest.mark.parametrize(("n", "size"), [(0, 64), (1, 64), (300, 32), (1400, 200)])  # more than a block, too
@pytest.mark.parametrize("threshold", [0.3, 0.7])
@pytest.mark.parametrize("grouped", [False, True])
def test_nms_against_plain_loops(n, size, threshold, grouped):
    boxes = some_boxes(n, size=size)
    scores = torch.rand(n, generator=torch.Generator().manual_seed(2)).mul(50).round() / 50  # with many ties
    groups = torch.arange(n) % 3 if grouped else None
    expected = slow_nms(boxes.tolist(), scores.tolist(), threshold, [0] * n if groups is None else groups.tolist())
    assert b.nms(boxes, scores, threshold, groups).tolist() == expected
    assert b.nms(boxes, scores, threshold, groups, most=7).tolist() == expected[:7]
    assert n < 2 or 1 < len(expected) < n


def test_nms_settles_a_long_chain():
    """Each box overlaps only its neighbours: every second one stays."""
    x = torch.arange(1200.0)[:, None] * 2
    boxes = torch.cat([x, x * 0, x + 3, x * 0 + 3], 1)  # IoU with the next: 1 / 5
    assert b.nms(boxes, -torch.arange(1200.0), 0.1).tolist() == list(range(0, 1200, 2))


def test_final_suppression_is_by_class_and_best_first():
    boxes = torch.tensor([[0.0, 0, 10, 10], [0, 0, 10, 9], [30, 30, 40, 40]])
    scores = torch.tensor([[0.6, 0.3], [0.9, 0.04], [0.5, 0.7]])
    assert b.suppress(boxes, scores, 0.5, lowest=0.05).tolist() == [[1, 0], [2, 1], [2, 0], [0, 1]]
    assert b.suppress(boxes, scores, 0.5, lowest=0.05, most=1).tolist() == [[1, 0]]
    assert b.suppress(boxes, scores, 0.5, lowest=0.05, candidates=2).tolist() == [[1, 0], [2, 1]]
    assert b.suppress(boxes, scores, 0.5, lowest=0.95).shape == (0, 2)


def test_coding_against_its_formula_and_back():
    boxes, references = some_boxes(20), some_boxes(20, 1)
    codes = b.encode(boxes, references, (10, 10, 5, 5))
    for box, reference, code in zip(boxes.tolist(), references.tolist(), codes.tolist()):
        width, height = reference[2] - reference[0], reference[3] - reference[1]
        expected = [
            10 * (box[0] + box[2] - reference[0] - reference[2]) / 2 / width,
            10 * (box[1] + box[3] - reference[1] - reference[3]) / 2 / height,
            5 * math.log((box[2] - box[0]) / width),
            5 * math.log((box[3] - box[1]) / height),
        ]
        assert code == pytest.approx(expected, abs=1e-4)
    torch.testing.assert_close(b.decode(codes, references, (10, 10, 5, 5)), boxes, atol=1e-4, rtol=0)
    huge = b.decode(torch.tensor([[0.0, 0, 99, 99]]), torch.tensor([[0.0, 0, 16, 32]]))
    torch.testing.assert_close(huge[0, 2:] - huge[0, :2], torch.tensor([1000.0, 2000.0]))


def test_matching_between_the_thresholds_and_for_objects_without_a_good_box():
    truth = torch.tensor([[0.0, 0, 10, 10], [50, 50, 60, 60], [200, 200, 210, 210]])
    boxes = torch.tensor([[0.0, 0, 10, 8], [0, 0, 10, 5], [0, 0, 2, 2], [52, 50, 80, 60], [52, 50, 80, 60]])
    assert b.match(truth, boxes, 0.7, 0.3).tolist() == [0, b.IGNORED, b.BACKGROUND, b.BACKGROUND, b.BACKGROUND]
    # rescued: both that are equally good for object 1, and none for object 2, which nothing touches
    assert b.match(truth, boxes, 0.7, 0.3, rescue=True).tolist() == [0, b.IGNORED, b.BACKGROUND, 1, 1]
    assert b.match(truth[:0], boxes, 0.7, 0.3).tolist() == [b.BACKGROUND] * 5


def slow_simple_ota(points, strides, boxes, scores, truth, labels):
    """The rule of the paper, cell by cell."""
    cost, overlap = {}, {}
    for k, ((x, y), stride) in enumerate(zip(points, strides)):
        for m, (x1, y1, x2, y2) in enumerate(truth):
            inside = x1 < x < x2 and y1 < y < y2
            central = max(abs(x - (x1 + x2) / 2), abs(y - (y1 + y2) / 2)) < 2.5 * stride
            overlap[m, k] = slow_iou(truth[m], boxes[k])[0]
            if not (inside or central):
                continue
            entropy = 0.0
            for c, score in enumerate(scores[k]):
                p = math.sqrt(score)
                entropy -= math.log(p) if c == labels[m] else math.log(1 - p)
            cost[m, k] = entropy - 3 * math.log(overlap[m, k] + 1e-9) + 1e5 * (not (inside and central))
    takers = {}
    possible = {k for _, k in cost}
    for m in range(len(truth)):
        best = sorted((overlap[m, k] for k in possible), reverse=True)[:10]
        wanted = max(int(sum(best)), 1)
        for k in sorted((k for n, k in cost if n == m), key=lambda k: cost[m, k])[:wanted]:
            takers.setdefault(k, []).append(m)
    return {k: min(wanting, key=lambda m: cost[m, k]) for k, wanting in takers.items()}, overlap


@pytest.mark.parametrize("seed", range(5))
def test_simple_ota_against_plain_loops(seed):
    generator = torch.Generator().manual_seed(seed)
    corner = cells(torch.zeros(8, 8), torch.zeros(64, 64))
    points, strides = corner + 4, torch.full((64,), 8.0)
    truth, labels = some_boxes(4, seed, 36), torch.tensor([0, 1, 2, 1])
    near = truth[torch.randint(4, (64,), generator=generator)]
    boxes = near + torch.randn(64, 4, generator=generator)  # good ones, so that objects want several
    scores = torch.rand(64, 3, generator=generator) * 0.98 + 0.01
    matched, quality = b.simple_ota(points, strides, boxes, scores, truth, labels)
    arguments = (x.tolist() for x in (points, strides, boxes, scores, truth, labels))
    expected, overlap = slow_simple_ota(*arguments)
    assert {k: m for k, m in enumerate(matched.tolist()) if m >= 0} == expected
    assert len(expected) > 4
    for k, m in expected.items():
        assert quality[k].item() == pytest.approx(overlap[m, k], abs=1e-5)
    assert quality[matched < 0].abs().max() == 0


def test_simple_ota_without_objects():
    points = cells(torch.zeros(4, 4), torch.zeros(32, 32))
    nothing = torch.zeros(0, 4), torch.zeros(0, dtype=torch.long)
    matched, _ = b.simple_ota(points, torch.full((16,), 8.0), some_boxes(16), torch.rand(16, 2), *nothing)
    assert (matched == b.BACKGROUND).all()


def test_objects_without_an_area_are_left_out():
    target = {"boxes": torch.tensor([[0, 0, 5, 5], [3, 3, 3, 9]]), "labels": torch.tensor([1, 0])}
    truth, labels = b.objects(target, torch.zeros(1))
    assert truth.tolist() == [[0, 0, 5, 5]] and labels.tolist() == [1] and truth.dtype == torch.float32


def test_anchors_stand_around_the_corners_of_cells():
    shapes = cell_anchors(32, (0.5, 1.0, 2.0))  # height / width
    assert shapes.tolist() == [[-23, -11, 23, 11], [-16, -16, 16, 16], [-11, -23, 11, 23]]
    every = anchors(torch.zeros(1, 1, 2, 3), torch.zeros(1, 1, 16, 24), shapes)
    assert every.shape == (2 * 3 * 3, 4)
    assert every[4].tolist() == [8 - 16, -16, 8 + 16, 16]  # row 0, column 1, square
    assert every[9].tolist() == [-23, 8 - 11, 23, 8 + 11]  # row 1, column 0, flat


def slow_roi_align(feature, box, scale, size, samples, aligned):
    """One box, one channel; bilinear samples cell by cell."""
    height, width = len(feature), len(feature[0])
    x1, y1, x2, y2 = (v * scale - (0.5 if aligned else 0) for v in box)
    w, h = (x2 - x1, y2 - y1) if aligned else (max(x2 - x1, 1), max(y2 - y1, 1))

    def value(y, x):
        if not (-1 <= y <= height and -1 <= x <= width):
            return 0.0
        y, x = min(max(y, 0), height - 1), min(max(x, 0), width - 1)
        i, j = int(y), int(x)
        k, m = min(i + 1, height - 1), min(j + 1, width - 1)
        top = feature[i][j] * (1 - (x - j)) + feature[i][m] * (x - j)
        bottom = feature[k][j] * (1 - (x - j)) + feature[k][m] * (x - j)
        return top * (1 - (y - i)) + bottom * (y - i)

    result = []
    for row in range(size):
        for column in range(size):
            total = 0.0
            for i in range(samples):
                for j in range(samples):
                    total += value(
                        y1 + h / size * (row + (i + 0.5) / samples), x1 + w / size * (column + (j + 0.5) / samples)
                    )
            result.append(total / samples**2)
    return torch.tensor(result).reshape(size, size)


ROIS = torch.tensor(
    [
        [4.0, 3, 30, 20],
        [0, 0, 48, 40],  # the whole map
        [-30, -9, 12, 6],  # beyond the border by more than a cell: zeros
        [40, 30, 70, 60],
        [7, 7, 9, 8],  # smaller than a cell
        [5, 5, 5, 5],
    ]
)


@pytest.mark.parametrize("aligned", [False, True])
@pytest.mark.parametrize(("size", "samples"), [(7, 2), (3, 1), (2, 3)])
def test_roi_align_against_plain_loops(aligned, size, samples):
    features = torch.randn(3, 2, 10, 12, generator=torch.Generator().manual_seed(0))
    image = torch.tensor([2, 0, 0, 2, 2, 0])  # image 1 has no boxes
    pooled = roi_align(features, ROIS, image, 0.25, size, samples, aligned)
    for box, i, got in zip(ROIS.tolist(), image.tolist(), pooled):
        for channel in range(2):
            plain = slow_roi_align(features[i, channel].tolist(), box, 0.25, size, samples, aligned)
            torch.testing.assert_close(got[channel], plain, atol=1e-5, rtol=0)


def test_roi_align_hands_the_gradient_to_the_cells_it_saw():
    features = torch.zeros(2, 1, 8, 8, requires_grad=True)
    roi_align(features, torch.tensor([[0.0, 0, 8, 8]]), torch.tensor([1]), 0.5, 2).sum().backward()
    assert features.grad[0].abs().sum() == 0
    assert features.grad[1, 0, :5, :5].sum() == pytest.approx(4)  # each of four bins is a mean
    assert features.grad[1, 0, 5:].abs().sum() == 0


def test_the_level_is_4_for_224_px_and_one_less_for_half():
    side = torch.tensor([10.0, 111, 112, 223, 224, 447, 448, 896, 2000])
    boxes = torch.stack([side * 0, side * 0, side, side], 1)
    assert pyramid_level(boxes, 2, 5).tolist() == [2, 2, 3, 3, 4, 4, 5, 5, 5]
    assert pyramid_level(torch.zeros(1, 4), 2, 5).tolist() == [2]


def test_a_pyramid_is_read_at_each_boxs_level_and_in_the_boxes_order():
    maps = [torch.full((2, 1, 64 // 2**i, 64 // 2**i), float(i)) for i in range(4)]
    maps = [x + torch.tensor([0.0, 10.0])[:, None, None, None] for x in maps]  # image 1: plus 10
    side = torch.tensor([240.0, 20, 120, 256, 30])
    boxes = torch.stack([side * 0, side * 0, side, side], 1)
    image = torch.tensor([0, 1, 0, 1, 0])
    assert pyramid_roi_align(maps, boxes, image).mean((1, 2, 3)).tolist() == pytest.approx([2, 10, 1, 12, 0])


class Pooling(nn.Module):
    def __init__(self, aligned):
        super().__init__()
        self.aligned = aligned

    def forward(self, features, boxes, image):
        both = roi_align(features, boxes, image, 0.25, 3, aligned=self.aligned)
        return both, pyramid_roi_align([features, features[..., ::2, ::2]], boxes * 9, image)


class Keeping(nn.Module):
    def forward(self, boxes, scores):
        return b.keep(boxes, scores, 0.5)


def exported(network, example, path, free):
    names = [f"in{i}" for i in range(len(example))]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own
        options = {"input_names": names, "dynamic_axes": dict(zip(names, free)), "opset_version": 18, "dynamo": False}
        torch.onnx.export(network, example, str(path), **options)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return lambda *given: session.run(None, dict(zip(names, (x.numpy() for x in given))))


@pytest.mark.parametrize("aligned", [False, True])
def test_roi_align_as_onnx(aligned, tmp_path):
    network = Pooling(aligned)
    torch.manual_seed(0)
    example = torch.randn(1, 2, 8, 8), ROIS[:2], torch.zeros(2, dtype=torch.long)
    run = exported(network, example, tmp_path / "roi.onnx", ({0: "n", 2: "h", 3: "w"}, {0: "r"}, {0: "r"}))
    given = torch.randn(3, 2, 10, 12), ROIS, torch.tensor([2, 0, 0, 2, 2, 0])
    for got, expected in zip(run(*given), network(*given)):
        assert np.abs(got - expected.numpy()).max() < 1e-5


def test_suppression_as_onnx(tmp_path):
    run = exported(
        Keeping(), (some_boxes(5)[None], torch.rand(1, 5)), tmp_path / "nms.onnx", ({0: "n", 1: "k"}, {0: "n", 1: "k"})
    )
    boxes = torch.stack([some_boxes(80, seed, 15) for seed in range(3)])
    scores = torch.rand(3, 80, generator=torch.Generator().manual_seed(0))
    scores[:, 5] = -torch.inf
    expected = b.keep(boxes, scores, 0.5)
    assert 0 < expected.sum() < 200
    for i in range(3):
        assert expected[i].nonzero()[:, 0].tolist() == sorted(b.nms(boxes[i], scores[i], 0.5).tolist())
    (got,) = run(boxes, scores)
    assert (got == expected.numpy()).all()


def test_few_detections_of_many_boxes_need_little_work(monkeypatch):
    """Only what is kept is compared: the pairs looked at do not grow with the square of the boxes."""
    pairs, whole = [], b.iou

    def counted(x, y):
        pairs.append(len(x) * len(y))
        return whole(x, y)

    monkeypatch.setattr(b, "iou", counted)
    random = torch.Generator().manual_seed(0)
    corner = torch.rand(6000, 2, generator=random) * 600
    many = torch.cat([corner, corner + 20], 1)
    assert len(b.nms(many, torch.rand(6000, generator=random), 0.5, most=100)) == 100
    assert max(pairs) <= 512**2 and sum(pairs) <= 2 * 512**2
    pairs.clear()
    b.nms(many, torch.rand(6000, generator=random), 0.5)
    assert max(pairs) <= 512**2


def test_no_boxes_stay_none():
    assert b.nms(torch.zeros(0, 4), torch.zeros(0), 0.5).shape == (0,)
