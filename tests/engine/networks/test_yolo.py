"""YOLO: its parts against their formulas, its sizes, and that it finds what it has learnt."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import interpolate, max_pool2d

from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.networks import build_network, multiple_of_sides
from rsdl_qgis.engine.networks.layers.boxes import iou, suppress
from rsdl_qgis.engine.networks.yolo import LARGEST_GROWTH, RARE, YOLO, PyramidPooling, product

NO_OBJECT = {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0, dtype=torch.long)}


def small(classes=2, seed=0):
    torch.manual_seed(seed)
    return YOLO({"image": (1, 3)}, classes, width=0.125, depth=0.33)


def scenes():
    """Four images of 64 px with none to three rectangles, each bright in the band of its class."""
    boxes = [
        [(2, 3, 18, 18)],
        [(2, 3, 12, 14), (34, 8, 54, 22)],
        [(2, 3, 25, 17), (34, 8, 56, 19), (6, 36, 24, 59)],
        [],
    ]
    images = 0.2 * torch.randn(4, 1, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    targets = []
    for i, here in enumerate(boxes):
        labels = [(i + j) % 2 for j in range(len(here))]
        for (x1, y1, x2, y2), label in zip(here, labels):
            images[i, 0, label, y1:y2, x1:x2] += 2
        targets.append({"boxes": torch.tensor(here).float().reshape(-1, 4), "labels": torch.tensor(labels).long()})
    return images, targets


@pytest.mark.parametrize(("name", "count"), [("yolo-n", 2_257_055), ("yolo-s", 8_968_255), ("yolo-m", 25_326_495)])
def test_parameters(name, count):
    """s and m as published for YOLOX at the 80 classes of COCO: 9.0 and 25.3 million."""
    with torch.device("meta"):
        assert sum(p.numel() for p in build_network(name, {"image": (1, 3)}, 80).parameters()) == count


def test_every_cell_gives_a_box_the_finest_map_first_row_by_row():
    network = small().eval()
    for head in network.heads:
        torch.nn.init.zeros_(head.box.weight)
        head.box.bias.data = torch.tensor([0.5, 0.5, 0.0, torch.tensor(0.5).log()])
    with torch.no_grad():
        boxes, logits = network(torch.zeros(1, 1, 3, 64, 96))
    assert boxes.shape == (1, 8 * 12 + 4 * 6 + 2 * 3, 4) and logits.shape == (1, 126, 2)
    middle = [(8 * (j + 0.5), 8 * (i + 0.5), 8.0, 4.0) for i in range(8) for j in range(12)]
    middle += [(16 * (j + 0.5), 16 * (i + 0.5), 16.0, 8.0) for i in range(4) for j in range(6)]
    middle += [(32 * (j + 0.5), 32 * (i + 0.5), 32.0, 16.0) for i in range(2) for j in range(3)]
    expected = [[x - w / 2, y - h / 2, x + w / 2, y + h / 2] for x, y, w, h in middle]
    torch.testing.assert_close(boxes[0], torch.tensor(expected))


def test_objects_are_assigned_by_the_middles_of_cells():
    *_, points, strides = small()._predict([torch.zeros(2, 1, 3, 32, 64)])
    assert strides.tolist() == [8] * 32 + [16] * 8 + [32] * 2
    assert points[[0, 1, 8, 32, -1]].tolist() == [[4, 4], [12, 4], [4, 12], [8, 8], [48, 16]]


def test_boxes_end_at_the_image_and_never_overflow():
    network = small().eval()
    for head in network.heads:
        torch.nn.init.constant_(head.box.bias, 10 * LARGEST_GROWTH)
    with torch.no_grad():
        boxes, _ = network(torch.zeros(1, 1, 3, 32, 64))
    assert boxes[..., 0::2].max() == 64 and boxes[..., 1::2].max() == 32 and boxes.min() == 0


def test_the_score_is_class_times_objectness():
    a, b = torch.tensor([-60.0, -3, 0, 2, 20]), torch.tensor([5.0, -40, 0.3, 1, 20])
    expected = (a.double().sigmoid() * b.double().sigmoid()).logit()
    torch.testing.assert_close(product(a, b).double(), expected, atol=1e-5, rtol=1e-5)
    network = small().eval()
    with torch.no_grad():
        _, logits = network(torch.zeros(1, 1, 3, 64, 64))
    assert logits.sigmoid().mean() == pytest.approx(RARE**2, rel=0.5)  # a new network expects objects to be rare


def test_windows_applied_again_are_the_wider_windows():
    pooling = PyramidPooling(4).eval()
    given = torch.randn(1, 4, 20, 20, generator=torch.Generator().manual_seed(0))
    pooling.join = torch.nn.Identity()
    with torch.no_grad():
        reduced = pooling.reduce(given)
        joined = [reduced, *(max_pool2d(reduced, n, 1, n // 2) for n in (5, 9, 13))]
        assert torch.equal(pooling(given), torch.cat(joined, 1))


def test_the_first_layer_is_the_papers_rearranging_and_3x3_convolution():
    first = small().backbone.stem[0]
    image = torch.randn(1, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    focus = torch.cat([image[..., i::2, j::2] for i in (0, 1) for j in (0, 1)], 1)
    weight = torch.cat([first.weight[..., i::2, j::2] for i in (0, 1) for j in (0, 1)], 1)
    expected = torch.nn.functional.conv2d(focus, weight, padding=1)
    torch.testing.assert_close(first(image), expected, atol=1e-5, rtol=0)


def test_images_without_objects_teach_that_there_is_nothing():
    network = small()
    images, _ = scenes()
    losses = network.loss([images], [NO_OBJECT] * 4)
    assert losses["boxes"] == 0 and losses["classes"] == 0 and losses["objectness"] > 0
    sum(losses.values()).backward()
    bias = network.heads[0].objectness.bias.grad
    assert bias > 0  # a step downwards makes objects rarer
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in network.parameters())


def test_it_finds_what_it_has_learnt(training_seed, reached):
    network, (images, targets) = small(seed=training_seed), scenes()
    batch = images.repeat(3, 1, 1, 1, 1)  # of 16 values a band, at the coarsest map, batch norm keeps another variance
    optimizer = torch.optim.AdamW(network.parameters(), 6e-3, fused=True)
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, [95, 125], 0.2)  # calm at the end on any processor
    losses = []
    for _ in range(140):
        loss = sum(network.loss([batch], targets * 3).values())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    assert reached("fall of the loss", max(losses[-3:]) / losses[0], below=0.2)
    network.eval()
    with torch.no_grad():
        boxes, logits = network(images)
    for box, score, target in zip(boxes, logits.sigmoid(), targets):
        index, label = suppress(box, score, 0.5, lowest=0.5).unbind(1)
        assert len(index) == len(target["boxes"])
        if len(index):
            overlap, found = iou(target["boxes"], box[index]).max(1)
            assert reached("overlap", overlap.min(), above=0.5)  # a hit
            assert torch.equal(label[found], target["labels"])


def test_an_unknown_variant_is_named():
    with pytest.raises(ModelError, match=r"size 'x'.*n, s, m"):
        YOLO({"image": (1, 3)}, 2, variant="x")


@pytest.mark.parametrize("enlarge", [1.5, 2.0, 1.25])
def test_an_enlarging_network_is_the_plain_one_on_enlarged_images(enlarge):
    """Boxes, scores and losses; in pixels of the images as they were given."""
    side = multiple_of_sides("yolo-n", {"image": (1, 3)}, {"enlarge": enlarge})
    plain = small()
    torch.manual_seed(0)
    seeing = YOLO({"image": (1, 3)}, 2, width=0.125, depth=0.33, enlarge=enlarge)
    images = torch.randn(2, 1, 3, side, 2 * side, generator=torch.Generator().manual_seed(0))
    large = interpolate(images[:, 0], scale_factor=enlarge, mode="bilinear")[:, None]
    assert large.shape[-2:] == (side * enlarge, 2 * side * enlarge) and large.shape[-1] % 32 == 0
    box = torch.tensor([[3.0, 5, 20, 24]])
    targets = [{"boxes": box, "labels": torch.tensor([1])}, NO_OBJECT]
    enlarged = [{**target, "boxes": target["boxes"] * enlarge} for target in targets]
    torch.testing.assert_close(seeing.loss([images], targets), plain.loss([large], enlarged))
    with torch.no_grad():
        (boxes, logits), (expected, scores) = seeing.eval()(images), plain.eval()(large)
    torch.testing.assert_close(boxes * enlarge, expected, rtol=1e-4, atol=1e-3)
    torch.testing.assert_close(logits, scores, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("enlarge", [0.5, 0, 1.3, 5])
def test_images_are_enlarged_in_eighths(enlarge):
    with pytest.raises(ModelError, match="enlarged"):
        YOLO({"image": (1, 3)}, 1, enlarge=enlarge)


def test_sides_are_such_that_those_of_the_enlarged_image_fit():
    inputs = {"image": (1, 3)}
    expected = {1.0: 32, 1.5: 64, 2.0: 32, 1.25: 128, 1.375: 256}
    assert {factor: multiple_of_sides("yolo-n", inputs, {"enlarge": factor}) for factor in expected} == expected
    network = build_network("yolo-n", inputs, 1, enlarge=1.5)
    with pytest.raises(ModelError, match="multiples of 64"):
        network(torch.zeros(1, 1, 3, 96, 96))
