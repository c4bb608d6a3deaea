"""YOLO with oriented boxes: its angles, overlaps and assignment against their formulas."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from rsdl_qgis.engine.boxes.detections import turned
from rsdl_qgis.engine.networks.layers.boxes import giou_loss, simple_ota
from rsdl_qgis.engine.networks.layers.oriented import (
    ORIENTED,
    angle_of,
    bhattacharyya,
    inside,
    of_corners,
    oriented_loss,
    prob_iou,
)
from rsdl_qgis.engine.networks.yolo_obb import OrientedYOLO


def some_boxes(count, seed=0):
    random = np.random.default_rng(seed)
    middle, size = random.uniform(10, 50, (count, 2)), random.uniform(4, 30, (count, 2))
    return torch.tensor(np.column_stack([middle, size, random.uniform(-4, 4, count)]))


def test_the_distance_is_that_of_the_gaussians():
    a, b = some_boxes(6), some_boxes(6, 1)

    def gaussian(box):
        x, y, width, height, angle = box
        turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
        return np.array([x, y]), turn @ np.diag([width**2 / 12, height**2 / 12]) @ turn.T

    for i in range(6):
        (first, own), (second, other) = gaussian(a[i].tolist()), gaussian(b[i].tolist())
        whole, apart = (own + other) / 2, first - second
        expected = apart @ np.linalg.solve(whole, apart) / 8
        expected += np.log(np.linalg.det(whole) / np.sqrt(np.linalg.det(own) * np.linalg.det(other))) / 2
        assert bhattacharyya(a, b)[i].item() == pytest.approx(expected, rel=1e-9)
    distance = bhattacharyya(a[2], b[3]).item()
    assert prob_iou(a, b)[2, 3].item() == pytest.approx(1 - math.sqrt(1 - math.exp(-distance)), abs=1e-6)


def test_turned_by_180_degrees_it_is_the_same_and_by_90_with_its_sides_exchanged():
    a = some_boxes(5)
    half, quarter = a.clone(), a[:, [0, 1, 3, 2, 4]]
    half[:, 4] += math.pi
    quarter[:, 4] += math.pi / 2
    for same in (half, quarter):
        assert oriented_loss(a, same).max() < 1e-3 and prob_iou(a, same).diagonal().min() > 0.999


def test_a_square_is_pulled_into_its_direction_by_the_shorter_way():
    angle = torch.tensor([0.3, -0.3], requires_grad=True)
    boxes = torch.cat([torch.tensor([[20.0, 20, 12, 12]]).repeat(2, 1), angle[:, None]], 1)
    loss = oriented_loss(boxes, torch.tensor([[20.0, 20, 12, 12, 0]]).repeat(2, 1))
    loss.sum().backward()
    assert angle.grad[0] > 0.1 and angle.grad[1] < -0.1


def test_the_loss_reaches_zero_with_a_finite_gradient():
    boxes = torch.tensor([[20.0, 20, 12, 6, 0.4]], requires_grad=True)
    oriented_loss(boxes, boxes.detach()).sum().backward()
    assert torch.isfinite(boxes.grad).all()


def test_angles_have_no_jump():
    turn = torch.linspace(-math.pi, math.pi, 50)
    pair = torch.stack([(2 * turn).cos(), (2 * turn).sin()], 1) * 3
    found = angle_of(pair)
    assert (found.abs() <= math.pi / 2 + 1e-6).all()
    torch.testing.assert_close((2 * found).cos(), (2 * turn).cos(), atol=1e-5, rtol=0)
    torch.testing.assert_close((2 * found).sin(), (2 * turn).sin(), atol=1e-5, rtol=0)


def test_points_within_and_corners_back():
    boxes = some_boxes(8)
    corners = turned(*np.split(boxes[:, :4].numpy(), 2, 1), boxes[:, 4].numpy())
    again = of_corners(torch.tensor(corners))
    torch.testing.assert_close(again[:, :4], boxes[:, :4])
    torch.testing.assert_close((again[:, 4] - boxes[:, 4]).cos(), torch.ones(8).double())
    for i in range(8):
        near = boxes[i, :2] + 0.99 * (torch.tensor(corners[i]) - boxes[i, :2])
        far = boxes[i, :2] + 1.01 * (torch.tensor(corners[i]) - boxes[i, :2])
        assert inside(near, boxes[i : i + 1]).all() and not inside(far, boxes[i : i + 1]).any()


def test_a_cell_beside_a_long_object_is_not_its_own_though_it_lies_in_the_box_around_it():
    points = torch.tensor([[20.0, 20.0], [52.0, 52.0], [52.0, 12.0]])  # the last is far from the object
    objects = torch.tensor([[32.0, 32.0, 70.0, 6.0, math.pi / 4]])
    boxes = torch.cat([points, torch.full((3, 2), 8.0), torch.zeros(3, 1)], 1)
    scores, labels = torch.full((3, 1), 0.5), torch.zeros(1, dtype=torch.long)
    matched, _ = simple_ota(points, torch.full((3,), 8.0), boxes, scores, objects, labels, ORIENTED)
    assert matched[2] == -1 and (matched[:2] == 0).any()


def test_the_box_of_a_cell():
    torch.manual_seed(0)
    network = OrientedYOLO({"image": (1, 3)}, 2, width=0.125, depth=0.33).eval()
    turn = 0.6
    for head in network.heads:
        torch.nn.init.zeros_(head.box.weight)
        head.box.bias.data = torch.tensor([0.5, 0.5, 0.0, math.log(0.5), math.cos(2 * turn) - 1, math.sin(2 * turn)])
    with torch.no_grad():
        boxes, logits = network(torch.zeros(1, 1, 3, 32, 64))
    assert boxes.shape == (1, 42, 5) and logits.shape == (1, 42, 2)
    torch.testing.assert_close(boxes[0, 9], torch.tensor([12.0, 12, 8, 4, turn]))
    torch.testing.assert_close(boxes[0, -1], torch.tensor([48.0, 16, 32, 16, turn]))


def test_upright_boxes_of_one_size_are_judged_alike():
    """The order of overlaps is that of upright boxes that are shifted."""
    shift = torch.arange(0.0, 10)
    zero = torch.zeros(10)
    boxes = torch.stack([20 + shift, zero + 20, zero + 10, zero + 10, zero], 1)
    corners = torch.stack([15 + shift, zero + 15, 25 + shift, zero + 25], 1)
    ours = oriented_loss(boxes, boxes[:1].expand(10, 5))
    theirs = giou_loss(corners, corners[:1].expand(10, 4))
    assert torch.equal(ours.argsort(), theirs.argsort())
