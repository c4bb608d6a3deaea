"""Faster R-CNN against torchvision's, piece by piece and whole, and that it finds what it has learnt."""

from __future__ import annotations

import re

import onnxruntime
import pytest
import torch

from rsdl_qgis.engine.cards.card import Band, Class, Input, ModelCard, Tiling
from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.networks.faster_rcnn import NOTHING, FasterRCNN, _logit, published_names, sample
from rsdl_qgis.engine.networks.layers.boxes import decode, iou, nms, suppress
from rsdl_qgis.engine.networks.layers.roi_align import pyramid_roi_align
from rsdl_qgis.engine.runtime.onnx_export import export_onnx

from .samples import images
from .small import SMALL
from .test_yolo import NO_OBJECT, scenes
from .torchvision_shim import import_torchvision

RGB = {"image": (1, 3)}
FEW = 60  # proposals
IMAGES = torch.randn(2, 3, 96, 160, generator=torch.Generator().manual_seed(1))  # no multiples of 64: strides differ


def small(classes=2, seed=0, **options):
    torch.manual_seed(seed)
    sizes = {"depth": 18, "width": 16, "body_width": 8, "units": 128, "anchor_sizes": (8, 16, 24, 32, 48)}
    counts = {"proposals": 50, "candidates": 50, "sampled_anchors": 64, "sampled_boxes": 64}
    return FasterRCNN(RGB, classes, **{**sizes, **counts, **options})


def spread(layer, scores):
    """Scale a layer so that its scores have a standard deviation of 2."""
    layer.weight.mul_(2 / scores.std())


@pytest.fixture(scope="module")
def pair():
    """Torchvision's detector, its compiled operators replaced by ours, and ours with the same weights."""
    import_torchvision()
    from torchvision.models.detection import fasterrcnn_resnet50_fpn
    from torchvision.ops import boxes as operators

    torch.manual_seed(0)
    counts = {f"rpn_{when}_nms_top_n_{phase}": FEW for when in ("pre", "post") for phase in ("train", "test")}
    theirs = fasterrcnn_resnet50_fpn(weights=None, weights_backbone=None, box_score_thresh=0.02, **counts).eval()
    theirs.roi_heads.box_roi_pool = PooledByOurs()
    ours = FasterRCNN(RGB, 90, proposals=FEW, candidates=FEW).eval()
    ours.load_state_dict(theirs.state_dict(), strict=True, assign=True)  # one copy of the weights
    with torch.no_grad():  # scores that differ, and are not so near 1 that they look the same
        features = ours.backbone(IMAGES)
        spread(theirs.rpn.head.cls_logits, torch.cat(ours.rpn.predict(features, IMAGES)[1], 1))
        corner = 4.0 * torch.arange(12)[:, None]
        boxes = torch.cat([corner, corner, corner + 60, corner + 40], 1)
        scores, _ = ours.roi_heads.predict(features, boxes, torch.zeros(12, dtype=torch.long))
        spread(theirs.roi_heads.box_predictor.cls_score, scores)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operators, "batched_nms", lambda boxes, scores, group, least: nms(boxes, scores, least, group))
        yield theirs, ours


class PooledByOurs(torch.nn.Module):
    def forward(self, features, proposals, image_shapes):
        image = torch.cat([torch.full((len(boxes),), i) for i, boxes in enumerate(proposals)])
        return pyramid_roi_align(list(features.values())[:4], torch.cat(proposals), image)


@pytest.fixture(scope="module")
def maps(pair):
    """Two images and their pyramid, theirs and ours."""
    with torch.no_grad():
        return IMAGES, pair[0].backbone(IMAGES), pair[1].backbone(IMAGES)


def listed(images):
    from torchvision.models.detection.image_list import ImageList

    return ImageList(images, [tuple(images.shape[-2:])] * len(images))


def close(a, b):
    torch.testing.assert_close(a, b, atol=1e-5, rtol=1e-5)


def test_parameters():
    with torch.device("meta"):
        assert sum(p.numel() for p in build_network("faster-rcnn", RGB, 90).parameters()) == 41_808_406


def test_the_published_file_loads_without_a_leftover(pair):
    """Its pyramid and first stage have older names, and constant batch norm counts no batches."""
    theirs, ours = pair
    old = {}
    for name, value in theirs.state_dict().items():
        name = re.sub(r"(blocks\.\d)\.0\.", r"\1.", name).replace("rpn.head.conv.0.0.", "rpn.head.conv.")
        if "num_batches" not in name:
            old[name] = value
    assert "backbone.fpn.inner_blocks.0.weight" in old and "rpn.head.conv.bias" in old
    with torch.device("meta"):
        other = FasterRCNN(RGB, 90)
    other.load_state_dict(published_names(old), strict=True, assign=True)
    mine = other.state_dict()
    assert all(torch.equal(value, mine[name]) for name, value in ours.state_dict().items())


def test_maps(maps):
    _, theirs, ours = maps
    assert len(theirs) == len(ours) == 5
    for a, b in zip(theirs.values(), ours):
        close(a, b)


def test_first_stage(pair, maps):
    """Head, anchors, decoded boxes, proposals; and both losses with every anchor sampled."""
    images, features, ours = maps
    theirs, rpn = pair[0].rpn, pair[1].rpn
    with torch.no_grad():
        boxes, scores, deltas = rpn.predict(ours, images)
        proposals, there = rpn.propose(boxes, scores, deltas, images)
        objectness, changes = theirs.head(list(features.values()))
        expected, _ = theirs(listed(images), features)
    for ours_at_level, theirs_at_level in zip(scores, objectness):
        close(ours_at_level, theirs_at_level.permute(0, 2, 3, 1).flatten(1))
    anchors = theirs.anchor_generator(listed(images), list(features.values()))
    assert torch.equal(torch.cat(boxes), anchors[0])
    from torchvision.models.detection.rpn import concat_box_prediction_layers

    flat_scores, flat = concat_box_prediction_layers(objectness, changes)
    decoded = theirs.box_coder.decode(flat, anchors)[:, 0]
    close(decode(torch.cat(deltas, 1), torch.cat(boxes)).flatten(0, 1), decoded)
    for found, mask, wanted in zip(proposals, there, expected):
        assert mask.sum() == len(wanted) > FEW / 2
        close(found[mask], wanted)

    truth = [torch.tensor([[10.0, 12, 60, 50], [100, 20, 140, 90]]), torch.zeros(0, 4)]
    theirs.fg_bg_sampler.batch_size_per_image = rpn.sampled = 10**6
    labels, matched = theirs.assign_targets_to_anchors(anchors, [{"boxes": x} for x in truth])
    codes = theirs.box_coder.encode(matched, anchors)
    expected = theirs.compute_loss(flat_scores, flat, labels, codes)
    got = rpn.loss(boxes, scores, deltas, truth)
    assert expected[1] > 0
    close(got["rpn_objectness"], expected[0])
    close(got["rpn_boxes"], expected[1])


def test_second_stage(pair, maps):
    """Head and predictor on given maps, the detections, and both losses with every proposal sampled."""
    from torchvision.models.detection.roi_heads import fastrcnn_loss

    images, features, ours = maps
    theirs, heads = pair[0].roi_heads, pair[1].roi_heads
    shapes = [tuple(images.shape[-2:])] * 2
    with torch.no_grad():
        proposals, _ = pair[1].rpn.propose(*pair[1].rpn.predict(ours, images), images)
        image = torch.arange(2).repeat_interleave(FEW)
        scores, deltas = heads.predict(ours, proposals.flatten(0, 1), image)
        logits, changes = theirs.box_predictor(theirs.box_head(theirs.box_roi_pool(features, list(proposals), shapes)))
        close(scores, logits)
        close(deltas.flatten(1), changes)
        expected, _ = theirs(features, list(proposals), shapes)
        boxes, found = pair[1](images[:, None])
    for box, logit, wanted in zip(boxes, found, expected):
        index, label = suppress(box, logit.sigmoid(), 0.5, lowest=0.02).unbind(1)
        count = len(index)  # ours end where the pairs of proposal and class do
        assert count > 20 and len(label.unique()) > 3
        assert torch.equal(label + 1, wanted["labels"][:count])
        close(box[index], wanted["boxes"][:count])
        close(logit.sigmoid()[index, label], wanted["scores"][:count])

    shift = torch.tensor([3.0, 2, 4, -1])
    truth = [(proposals[0, :3] + shift, torch.tensor([0, 89, 4])), (torch.zeros(0, 4), torch.zeros(0).long())]
    theirs.fg_bg_sampler.batch_size_per_image, theirs.fg_bg_sampler.positive_fraction = 10**6, 0.25
    heads.sampled = 10**6
    targets = [{"boxes": x, "labels": labels + 1} for x, labels in truth]
    sampled, _, labels, codes = theirs.select_training_samples(list(proposals), targets)
    with torch.no_grad():
        logits, changes = theirs.box_predictor(theirs.box_head(theirs.box_roi_pool(features, sampled, shapes)))
        got = heads.loss(ours, list(proposals), truth)
    expected = fastrcnn_loss(logits, changes, labels, codes)
    assert expected[1] > 0
    close(got["classes"], expected[0])
    close(got["boxes"], expected[1])


def test_the_logit_of_a_softmax_stays_exact_next_to_one():
    scores = torch.tensor([[[2.0, 1.0, -1.0], [30.0, 1.0, 0.0], [-40.0, 0.0, 3.0]]])
    column = torch.zeros(1, 3, 3, dtype=torch.bool)
    column[..., 0] = True
    expected = scores.double().softmax(-1)[..., 0].logit()
    torch.testing.assert_close(_logit(scores, column)[..., 0].double(), expected, atol=1e-4, rtol=0)


@pytest.mark.parametrize("classes", [1, 80])
def test_each_row_is_one_class_of_a_proposal_and_missing_rows_are_empty(classes):
    network = small(classes, proposals=300, candidates=300).eval()
    with torch.no_grad():
        boxes, logits = network(torch.randn(2, 1, 3, 32, 32, generator=torch.Generator().manual_seed(0)))
    assert boxes.shape == (2, 300, 4) and logits.shape == (2, 300, classes)
    columns = (logits > NOTHING).sum(-1)
    assert columns.max() == 1
    missing = columns == 0
    assert missing.any() == (classes == 1)  # 80 classes make enough pairs of few proposals
    assert boxes[missing].abs().sum() == 0
    best = logits.amax(-1)
    assert (best[:, :-1] >= best[:, 1:] - 1e-5).all()
    assert boxes.min() == 0 and boxes.max() == 32


def test_a_sample_keeps_its_shares_and_leaves_out_what_lies_between():
    matched = torch.tensor([0] * 40 + [-1] * 100 + [-2] * 30)
    torch.manual_seed(0)
    chosen = sample(matched, 32, 0.25)
    assert len(chosen) == len(chosen.unique()) == 32
    assert (matched[chosen] == 0).sum() == 8 and (matched[chosen] == -1).sum() == 24
    assert not torch.equal(chosen, sample(matched, 32, 0.25))
    torch.manual_seed(0)
    assert torch.equal(chosen, sample(matched, 32, 0.25))
    assert len(sample(matched[38:], 200, 0.5)) == 102  # too few of both


def test_images_without_objects_teach_that_there_is_nothing():
    network, (images, _) = small(), scenes()
    losses = network.loss([images], [NO_OBJECT] * 4)
    assert losses["boxes"] == 0 and losses["rpn_boxes"] == 0
    assert losses["classes"] > 0 and losses["rpn_objectness"] > 0
    sum(losses.values()).backward()
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in network.parameters())


def test_frozen_norms_stay_as_loaded():
    images, targets = scenes()
    for frozen in (False, True):
        network = small(frozen_norm=frozen, norm_eps=1e-3).train()
        network.loss([images], targets)
        norm = network.backbone.body.layer2[0].bn1
        assert norm.weight.requires_grad is not frozen and norm.eps == 1e-3
        assert bool((norm.running_mean == 0).all()) is frozen


def test_it_finds_what_it_has_learnt(training_seed, reached):
    network, (images, targets) = small(seed=training_seed), scenes()
    steps = 150
    optimizer = torch.optim.AdamW(network.parameters(), 3e-3, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 - step / steps)
    losses = []
    for _ in range(steps):
        loss = sum(network.loss([images], targets).values())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    assert reached("fall of the loss", max(losses[-3:]) / losses[0], below=0.1)
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


@pytest.mark.parametrize("encoder", ["efficientnet-lite0", "mobilenet-v3-small"])
def test_another_encoder_stands_below_the_pyramid(encoder):
    """Its weights load by name, keep their norms' epsilon, and are trained with the rest."""
    network = small(encoder=encoder, encoder_options={"width": 0.25})
    body = build_network(encoder, {"image": (1, 3)}, 5, width=0.25).state_dict()
    body = {f"backbone.body.{name}": value for name, value in body.items() if not name.startswith("classifier.")}
    missing, unexpected = network.load_state_dict(body, strict=False)
    assert not unexpected and not [name for name in missing if name.startswith("backbone.body.")]
    assert {norm.eps for norm in network.norms} == {1e-3}
    targets = [{"boxes": torch.tensor([[8.0, 8.0, 40.0, 40.0]]), "labels": torch.tensor([1])}]
    sum(network.loss([torch.randn(1, 1, 3, 64, 64)], targets).values()).backward()
    assert all(p.grad is not None for p in network.backbone.body.parameters())
    with pytest.raises(ModelError, match=r"'vgg16'.*efficientnet-lite0"):
        small(encoder="vgg16")


def test_too_few_candidates_are_refused():
    with pytest.raises(ModelError, match=r"5 maps of 9 candidates cannot give 50 proposals"):
        small(candidates=9)


def test_export_gives_the_same_detections_at_the_default_number_of_proposals(tmp_path):
    """As sets: of a thousand proposals, nearly equal ones may change places, and at the end one for another."""
    options = {k: v for k, v in SMALL["faster-rcnn"].items() if k not in ("proposals", "candidates")}
    inputs = {"image": (1, 3)}
    torch.manual_seed(0)
    network = build_network("faster-rcnn", inputs, 3, **options)
    network.train()(*images(inputs, 2, 192, 192))  # the batch-norm statistics move
    network.eval()
    card = ModelCard(
        name="detector",
        title="detector",
        inputs=(Input("image", tuple(Band(name) for name in "rgb")),),
        classes=tuple(Class(i, str(i), "#000000") for i in range(3)),
        task="detection",
        network="faster-rcnn",
        tiling=Tiling(size=192, multiple=32),
    )
    export_onnx(network, card, tmp_path / "network.onnx", half_weights=False)
    session = onnxruntime.InferenceSession(str(tmp_path / "network.onnx"), providers=["CPUExecutionProvider"])
    (image,) = images(inputs, 1, 192, 192, seed=2)
    with torch.inference_mode():
        boxes, logits = network(image)
    expected = torch.cat([boxes[0], logits[0].sigmoid()], 1)
    got = torch.cat([torch.from_numpy(x[0]) for x in session.run(None, {"image": image.numpy()})], 1)
    assert len(got) == len(expected) > 900
    away = torch.cdist(expected, got, p=float("inf"))
    for nearest in (away.min(0).values, away.min(1).values):
        assert (nearest > 1e-3).float().mean() < 0.005
