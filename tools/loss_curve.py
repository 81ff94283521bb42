"""The demo's picture: loss and accuracy against steps, as a plain SVG without any library."""

WIDTH, HEIGHT = 1120, 318
PANEL_WIDTH, TOP, BOTTOM, LEFT = 300, 44, 250, 58
COLOURS = ("#9ecae1", "#4292c6", "#2a9d4b", "#e6a23c", "#8e5ea2", "#7a7a7a")


def _scale(low, high, begin, end):
    span = (high - low) or 1.0
    return lambda value: begin + (value - low) / span * (end - begin)


def _panel(x0, title, curves):
    """One pair of axes with `curves` = [(label, colour, [(step, value)])]."""
    points = [point for _, _, curve in curves for point in curve]
    steps, values = [p[0] for p in points], [p[1] for p in points]
    x = _scale(min(steps), max(steps), x0, x0 + PANEL_WIDTH)
    low, high = min(values), max(values)
    margin = 0.05 * ((high - low) or 1.0)
    y = _scale(low - margin, high + margin, BOTTOM, TOP)
    out = [f'<text x="{x0}" y="24" class="title">{title}</text>',
           f'<path d="M{x0} {TOP}V{BOTTOM}H{x0 + PANEL_WIDTH}" class="axis"/>']
    for tick in range(5):
        value = low + (high - low) * tick / 4
        out.append(f'<text x="{x0 - 6}" y="{y(value) + 4:.1f}" text-anchor="end">{value:.3g}</text>')
        out.append(f'<path d="M{x0} {y(value):.1f}h{PANEL_WIDTH}" class="grid"/>')
    for tick in range(4):
        step = min(steps) + (max(steps) - min(steps)) * tick / 3
        out.append(f'<text x="{x(step):.1f}" y="{BOTTOM + 18}" text-anchor="middle">{step:.0f}</text>')
    out.append(f'<text x="{x0 + PANEL_WIDTH / 2}" y="{BOTTOM + 36}" text-anchor="middle">steps</text>')
    for index, (label, colour, curve) in enumerate(curves):
        path = " ".join(f"{x(step):.1f},{y(value):.1f}" for step, value in curve)
        out.append(f'<polyline points="{path}" stroke="{colour}"/>')
        # A row below the axis, where no curve runs.
        out.append(f'<text x="{x0 + PANEL_WIDTH * (index + 0.5) / len(curves):.1f}" y="{BOTTOM + 56}" '
                   f'text-anchor="middle" style="fill:{colour}">{label}</text>')
    return out


def draw(pretraining, knn, finetuned, scratch):
    """SVG text. Each argument is [(step, value)]."""
    gap = PANEL_WIDTH + 70
    panels = _panel(LEFT, "Pretraining: NEPA loss", [("", "#1f6fb4", pretraining)])
    panels += _panel(LEFT + gap, "Pretraining: k-NN accuracy by block",
                     [(label, COLOURS[i % len(COLOURS)], curve)
                      for i, (label, curve) in enumerate(sorted(knn.items()))])
    panels += _panel(LEFT + 2 * gap, "1,000 labels: accuracy on the test images",
                     [("fine-tuned", "#c8553d", finetuned), ("from scratch", "#7a7a7a", scratch)])
    style = ("text{font:12px sans-serif;fill:#444}.title{font-size:14px;fill:#111}"
             ".axis{stroke:#444;fill:none}.grid{stroke:#ddd;fill:none}polyline{fill:none;stroke-width:1.6}")
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
            f'viewBox="0 0 {WIDTH} {HEIGHT}"><style>{style}</style>'
            '<rect width="100%" height="100%" fill="white"/>' + "".join(panels) + "</svg>\n")
