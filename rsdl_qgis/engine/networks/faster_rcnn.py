"""Faster R-CNN: Ren, He, Girshick, Sun (IEEE TPAMI 2017), doi:10.1109/TPAMI.2016.2577031; on a feature pyramid.

The names of all parts are those of the published weights (torchvision).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..errors import ModelError
from .layers.anchors import anchors, cell_anchors
from .layers.boxes import BACKGROUND, check_targets, clip, decode, encode, keep, match, objects
from .layers.roi_align import pyramid_roi_align
from .resnet import ResNet
from .stages import Flow
from .table import DETECTION, build_body

ENCODERS = DETECTION["faster-rcnn"].choices["encoder"]

RATIOS = (0.5, 1.0, 2.0)  # of an anchor's height to its width
NOTHING = -30.0  # logit of the other classes of a box: a score of 1e-13
SMALLEST = 1e-3  # pixels: proposals thinner than this are dropped
WEIGHTS = (10.0, 10.0, 5.0, 5.0)  # of the second stage's box coding: about one over its standard deviations
BETA = 1 / 9  # where the smooth L1 loss turns from a parabola into a line
Targets = Sequence[Mapping[str, Tensor]]


class Pyramid(nn.Module):
    """Feature pyramid: Lin et al. (CVPR 2017), doi:10.1109/CVPR.2017.106.

    Each map is reduced to ``width`` channels, gets the coarser one doubled in size added, and is smoothed; the
    coarsest is every second value of the one before. Four maps -> five (N, width, h, w), the finest first.
    """

    def __init__(self, channels: Sequence[int], width: int):
        super().__init__()
        self.inner_blocks = nn.ModuleList(nn.Sequential(nn.Conv2d(before, width, 1)) for before in channels)
        self.layer_blocks = nn.ModuleList(nn.Sequential(nn.Conv2d(width, width, 3, padding=1)) for _ in channels)
        for block in (*self.inner_blocks, *self.layer_blocks):
            nn.init.kaiming_uniform_(block[0].weight, a=1)
            nn.init.zeros_(block[0].bias)

    def forward(self, maps: Sequence[Tensor]) -> list[Tensor]:
        below = [inner(x) for inner, x in zip(self.inner_blocks, maps)]
        for i in reversed(range(len(below) - 1)):
            below[i] = below[i] + F.interpolate(below[i + 1], size=below[i].shape[-2:])
        smooth = [layer(x) for layer, x in zip(self.layer_blocks, below)]
        return [*smooth, F.max_pool2d(smooth[-1], 1, 2)]


class Backbone(nn.Module):
    """A classification network's maps at strides 4 to 32 and the pyramid over them.

    (N, C, H, W) -> five maps, strides 4 to 64.
    """

    def __init__(self, body: nn.Module, width: int):
        super().__init__()
        self.body = body
        self.fpn = Pyramid(self.body.stage_widths[1:], width)

    def forward(self, x: Tensor) -> list[Tensor]:
        return self.fpn(self.body.stages(x)[1:])


class ProposalHead(nn.Module):
    """Objectness and box deltas of ``shapes`` anchors at each place; one head for all maps of the pyramid.

    (N, width, h, w) -> (N, h * w * shapes), (N, h * w * shapes, 4).
    """

    def __init__(self, width: int, shapes: int):
        super().__init__()
        self.conv = nn.Sequential(nn.Sequential(nn.Conv2d(width, width, 3, padding=1), nn.ReLU(inplace=True)))
        self.cls_logits = nn.Conv2d(width, shapes, 1)
        self.bbox_pred = nn.Conv2d(width, shapes * 4, 1)
        for layer in (self.conv[0][0], self.cls_logits, self.bbox_pred):
            nn.init.normal_(layer.weight, std=0.01)
            nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = self.conv(x)
        deltas = self.bbox_pred(x).unflatten(1, (-1, 4))  # (N, shapes, 4, h, w)
        scores = self.cls_logits(x).permute(0, 2, 3, 1).flatten(1)
        return scores.float(), deltas.permute(0, 3, 4, 1, 2).flatten(1, 3).float()


class ProposalNetwork(nn.Module):
    """The first stage (RPN): regions where an object of any class may be."""

    def __init__(self, width: int, sizes: Sequence[float], proposals: int, candidates: int, sampled: int):
        super().__init__()
        self.head = ProposalHead(width, len(RATIOS))
        self.sizes, self.sampled = sizes, sampled
        self.proposals, self.candidates = proposals, candidates

    def predict(self, maps: Sequence[Tensor], images: Tensor) -> tuple[list[Tensor], list[Tensor], list[Tensor]]:
        """For each map the anchors (n, 4), scores (N, n) and deltas (N, n, 4)."""
        boxes = [anchors(x, images, cell_anchors(size, RATIOS)) for x, size in zip(maps, self.sizes)]
        scores, deltas = zip(*(self.head(x) for x in maps))
        return boxes, list(scores), list(deltas)

    def propose(
        self, boxes: Sequence[Tensor], scores: Sequence[Tensor], deltas: Sequence[Tensor], images: Tensor
    ) -> tuple[Tensor, Tensor]:
        """The best boxes after suppression within each map, cut off from the gradient.

        (N, proposals, 4) and (N, proposals) bool: where there is one; the others are zero.
        """
        found = [
            self._candidates(level, score.detach(), delta.detach(), images)
            for level, score, delta in zip(boxes, scores, deltas)
        ]
        every, score = torch.cat([x for x, _ in found], 1), torch.cat([x for _, x in found], 1)
        score, index = score.topk(self.proposals)
        there = score > -torch.inf
        return _rows(every, index) * there[..., None], there

    def _candidates(self, boxes: Tensor, scores: Tensor, deltas: Tensor, images: Tensor) -> tuple[Tensor, Tensor]:
        """The best ``candidates`` of one map, decoded and clipped; suppressed or too thin boxes score -inf."""
        scores = F.pad(scores, (0, self.candidates), value=-torch.inf)  # a small map has too few
        score, index = scores.topk(self.candidates)
        index = index.clamp(max=boxes.shape[0] - 1)
        best = clip(decode(_rows(deltas, index), boxes[index]), images.shape[-2], images.shape[-1])
        wide = (best[..., 2:] - best[..., :2] >= SMALLEST).all(-1)
        score = score.masked_fill(~wide, -torch.inf)
        return best, score.masked_fill(~keep(best, score, 0.7), -torch.inf)

    def loss(
        self, boxes: Sequence[Tensor], scores: Sequence[Tensor], deltas: Sequence[Tensor], true_boxes: Sequence[Tensor]
    ) -> dict[str, Tensor]:
        """The losses of objectness and boxes, over ``sampled`` anchors an image, half of them on objects if there are
        so many.
        """
        every, score, delta = torch.cat(list(boxes)), torch.cat(list(scores), 1), torch.cat(list(deltas), 1)
        total = {"rpn_objectness": score.sum() * 0, "rpn_boxes": delta.sum() * 0}
        count = 0
        for i, objects_here in enumerate(true_boxes):
            matched = match(objects_here, every, 0.7, 0.3, rescue=True)
            chosen = sample(matched, self.sampled, 0.5)
            hits = chosen[matched[chosen] >= 0]
            wanted = (matched[chosen] >= 0).float()
            total["rpn_objectness"] += F.binary_cross_entropy_with_logits(score[i, chosen], wanted, reduction="sum")
            code = encode(objects_here[matched[hits]], every[hits])
            total["rpn_boxes"] += F.smooth_l1_loss(delta[i, hits], code, beta=BETA, reduction="sum")
            count += len(chosen)
        return {name: value / count for name, value in total.items()}


def sample(matched: Tensor, count: int, part: float) -> Tensor:
    """Indices of at most ``count`` boxes drawn at random, at most ``part`` of them on objects; never IGNORED ones.

    (K,) as ``match`` gives it -> (k,) long. Drawn with torch's own generator.
    """
    hits, misses = (matched >= 0).nonzero()[:, 0], (matched == BACKGROUND).nonzero()[:, 0]
    hits = hits[torch.randperm(len(hits), device=hits.device)[: int(count * part)]]
    misses = misses[torch.randperm(len(misses), device=misses.device)[: count - len(hits)]]
    return torch.cat([hits, misses])


class BoxHead(nn.Module):
    """Two dense layers over a pooled box. (R, width, 7, 7) -> (R, units)."""

    def __init__(self, width: int, units: int):
        super().__init__()
        self.fc6 = nn.Linear(width * 7 * 7, units)
        self.fc7 = nn.Linear(units, units)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc7(self.fc6(x.flatten(1)).relu()).relu()


class BoxPredictor(nn.Module):
    """Classes, the background first, and one set of box deltas for each. (R, units) -> (R, labels), (R, labels * 4)."""

    def __init__(self, units: int, labels: int):
        super().__init__()
        self.cls_score = nn.Linear(units, labels)
        self.bbox_pred = nn.Linear(units, labels * 4)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.cls_score(x).float(), self.bbox_pred(x).float()


class BoxStage(nn.Module):
    """The second stage: the class of a proposal, and its exact box."""

    def __init__(self, width: int, units: int, classes: int, sampled: int):
        super().__init__()
        self.box_head = BoxHead(width, units)
        self.box_predictor = BoxPredictor(units, classes + 1)
        self.sampled = sampled

    def predict(self, maps: Sequence[Tensor], boxes: Tensor, image: Tensor) -> tuple[Tensor, Tensor]:
        """(R, 4), (R,) -> (R, classes + 1), (R, classes + 1, 4); from the maps of strides 4 to 32."""
        scores, deltas = self.box_predictor(self.box_head(pyramid_roi_align(maps[:4], boxes, image)))
        return scores, deltas.unflatten(1, (-1, 4))

    def detect(self, maps: Sequence[Tensor], proposals: Tensor, there: Tensor, images: Tensor) -> tuple[Tensor, Tensor]:
        """The best pairs of proposal and class, as many as there are proposals, best first.

        (N, P, 4), (N, P) -> boxes (N, P, 4), logits (N, P, classes): NOTHING but in the column of the pair's class.
        """
        count, labels = proposals.shape[1], self.box_predictor.cls_score.out_features
        image = torch.arange(proposals.shape[0], device=proposals.device)[:, None].expand_as(there)
        scores, deltas = self.predict(maps, proposals.flatten(0, 1), image.flatten())
        scores, deltas = scores.reshape(-1, count, labels), deltas.reshape(-1, count * labels, 4)
        chances = scores.log_softmax(-1)[..., 1:].masked_fill(~there[..., None], -torch.inf)
        best, pair = chances.flatten(1).topk(count)
        proposal = torch.div(pair, labels - 1, rounding_mode="floor")
        label = 1 + pair % (labels - 1)
        boxes = decode(_rows(deltas, proposal * labels + label), _rows(proposals, proposal), WEIGHTS)
        boxes = clip(boxes, images.shape[-2], images.shape[-1])
        found = (best > -torch.inf)[..., None]
        column = (label[..., None] == torch.arange(labels, device=label.device)) & found
        logits = torch.where(column, _logit(_rows(scores, proposal), column), NOTHING)
        return boxes * found, logits[..., 1:]

    def loss(
        self, maps: Sequence[Tensor], proposals: Sequence[Tensor], labelled: Sequence[tuple[Tensor, Tensor]]
    ) -> dict[str, Tensor]:
        """The losses of classes and boxes, over ``sampled`` proposals an image, a quarter of them on objects if there
        are so many.
        """
        parts = [self._examples(found, *here) for found, here in zip(proposals, labelled)]
        boxes, labels, codes = (torch.cat(part) for part in zip(*parts))
        image = torch.cat([torch.full_like(part[1], i) for i, part in enumerate(parts)])
        scores, deltas = self.predict(maps, boxes, image)
        hits, count = labels.nonzero()[:, 0], max(len(labels), 1)
        return {
            "classes": F.cross_entropy(scores, labels, reduction="sum") / count,
            "boxes": F.smooth_l1_loss(deltas[hits, labels[hits]], codes, beta=BETA, reduction="sum") / count,
        }

    def _examples(self, found: Tensor, true_boxes: Tensor, classes: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Training examples of one image: boxes, labels (0: background), and the deltas of the boxes with an object."""
        found = torch.cat([found, true_boxes])  # with the objects, there are positive examples from the start
        matched = match(true_boxes, found, 0.5, 0.5)
        chosen = sample(matched, self.sampled, 0.25)
        found, matched = found[chosen], matched[chosen]
        hits = matched >= 0
        labels = torch.zeros_like(matched)
        labels[hits] = classes[matched[hits]] + 1
        return found, labels, encode(true_boxes[matched[hits]], found[hits], WEIGHTS)


def _rows(x: Tensor, index: Tensor) -> Tensor:
    """(N, n, k), (N, m) -> (N, m, k): of each image the rows asked for."""
    return x.gather(1, index[..., None].expand(-1, -1, x.shape[-1]))


def _logit(scores: Tensor, column: Tensor) -> Tensor:
    """log(p / (1 - p)) of the softmax p of one column. (N, K, labels), (N, K, labels) bool -> (N, K, labels).

    Only the marked column's value counts. p / (1 - p) is that column's exponential over the sum of the others',
    which stays exact where p is next to 1.
    """
    others = scores.masked_fill(column, -torch.inf).logsumexp(-1, keepdim=True)
    return scores - others


class FasterRCNN(nn.Module):
    """Faster R-CNN with a feature pyramid on a ResNet or another network, over all dates and inputs stacked as bands.

    Ren, He, Girshick, Sun (IEEE TPAMI 2017), doi:10.1109/TPAMI.2016.2577031. Parameters are named as torchvision
    publishes them (``published_names`` turns its first file's names into today's); ``classes`` does not count the
    background, so its 91 are 90 here. Images come normalised.

    ``depth`` and ``body_width`` are the ResNet's; with another ``encoder`` the pyramid stands on that network, built
    with ``encoder_options``. ``width`` is that of the pyramid, ``units`` that of the dense
    layers. ``anchor_sizes``: one a map, strides 4 to 64, in pixels. ``proposals``: how many of the first stage the
    second one sees, ``candidates``: how many of each map compete for that. ``sampled_anchors`` and ``sampled_boxes``
    an image are learnt from, drawn with torch's generator. ``frozen_norm`` keeps the batch norm of the ResNet as
    loaded, for batches of few images; with it ``norm_eps`` may be 0, as in torchvision's detector trained on COCO.

    Differs from the paper: a ResNet or EfficientNet with a feature pyramid instead of VGG-16, anchors of one size a
    map (Lin et al., CVPR 2017, doi:10.1109/CVPR.2017.106), RoIAlign instead of RoI pooling (He et al., ICCV 2017,
    doi:10.1109/ICCV.2017.322), both stages trained at once, anchors across the image's border trained too, and 1000
    proposals in training as in use, all but the last as torchvision has it; the final suppression is left to the
    caller.

    Rows are sorted by score; where two scores are almost equal, another engine may give them in the other order.

    forward: (N, T, C, H, W) an input -> boxes (N, proposals, 4) as x1, y1, x2, y2 in pixels, logits
    (N, proposals, classes) whose sigmoid is the score; H and W multiples of 32. Each row is one pair of proposal and
    class, the best first: all other classes have the logit NOTHING. Missing rows are zero boxes without a class.
    loss: images, and for each a dict of "boxes" (M, 4) and "labels" (M,) from 0 -> the four losses, to be added.
    ModelError when there are too few candidates for the proposals, or no such depth or encoder.
    """

    flow = Flow((r"backbone\.body",), (r"backbone\.fpn",), ("rpn|roi_heads",))

    def __init__(
        self,
        inputs: Mapping[str, tuple[int, int]],
        classes: int,
        depth: int = 50,
        width: int = 256,
        body_width: int = 64,
        units: int = 1024,
        anchor_sizes: Sequence[float] = (32, 64, 128, 256, 512),
        proposals: int = 1000,
        candidates: int = 1000,
        sampled_anchors: int = 256,
        sampled_boxes: int = 512,
        frozen_norm: bool = False,
        norm_eps: float | None = None,
        encoder: str = ENCODERS[0],
        encoder_options: Mapping[str, Any] | None = None,
    ):
        super().__init__()
        if len(anchor_sizes) * candidates < proposals:
            raise ModelError(f"{len(anchor_sizes)} maps of {candidates} candidates cannot give {proposals} proposals.")
        self.backbone = Backbone(_body(encoder, inputs, depth, body_width, encoder_options or {}), width)
        self.rpn = ProposalNetwork(width, anchor_sizes, proposals, candidates, sampled_anchors)
        self.roi_heads = BoxStage(width, units, classes, sampled_boxes)
        self.norms = [module for module in self.backbone.modules() if isinstance(module, nn.BatchNorm2d)]
        self.frozen_norm = frozen_norm
        for norm in self.norms:
            norm.eps = norm.eps if norm_eps is None else norm_eps
            norm.requires_grad_(not frozen_norm)

    def train(self, mode: bool = True) -> FasterRCNN:
        super().train(mode)
        if self.frozen_norm:
            for norm in self.norms:
                norm.eval()
        return self

    def forward(self, *images: Tensor) -> tuple[Tensor, Tensor]:
        stacked = _stacked(images)
        maps = self.backbone(stacked)
        proposals, there = self.rpn.propose(*self.rpn.predict(maps, stacked), stacked)
        return self.roi_heads.detect(maps, proposals, there, stacked)

    def loss(self, images: Sequence[Tensor], targets: Targets) -> dict[str, Tensor]:
        stacked = _stacked(images)
        check_targets(targets, len(stacked), self.roi_heads.box_predictor.cls_score.out_features - 1)
        labelled = [objects(target, stacked) for target in targets]
        maps = self.backbone(stacked)
        boxes, scores, deltas = self.rpn.predict(maps, stacked)
        with torch.no_grad():
            proposals, there = self.rpn.propose(boxes, scores, deltas, stacked)
        return {
            **self.rpn.loss(boxes, scores, deltas, [x for x, _ in labelled]),
            **self.roi_heads.loss(maps, [x[mask] for x, mask in zip(proposals, there)], labelled),
        }


def _body(
    encoder: str, inputs: Mapping[str, tuple[int, int]], depth: int, width: int, options: Mapping[str, Any]
) -> nn.Module:
    """The classification network below the pyramid, without its head."""
    if encoder not in ENCODERS:
        raise ModelError(f"There is no encoder '{encoder}'.", f"Choose one of: {', '.join(ENCODERS)}.")
    if encoder == ENCODERS[0]:
        return ResNet(inputs, 0, depth=depth, width=width)
    return build_body(encoder, inputs, **options)


def _stacked(images: Sequence[Tensor]) -> Tensor:
    return torch.cat([x.flatten(1, 2) for x in images], 1)  # (N, sum of T*C, H, W)


def published_names(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The state dict torchvision publishes, whose pyramid and first stage have names of before its version 0.13."""
    renamed = {}
    for name, value in state.items():
        name = re.sub(r"(fpn\.(?:inner|layer)_blocks\.\d+)\.(weight|bias)$", r"\1.0.\2", name)
        renamed[re.sub(r"rpn\.head\.conv\.(weight|bias)$", r"rpn.head.conv.0.0.\1", name)] = value
    return renamed
