// Text of every kind that models write, cut into pieces as small as tokens. Every part has the same shape and other words, so that
// the last thousand tokens of a long answer can be compared with those of a short one.

const tick = "`";
const fence = "```";

/** How the text of a part ends, which tells when it is shown. */
export const endOf = (part: number) => `Here ends part ${part}.`;

/** What stands behind the last part, word by word. */
export const PROSE = (
  "What is left to say is short: the river goes on, and whoever reads the gauge next will find the same stick in it, finis"
).match(/ ?\S+/g)!;

/** One part: about a thousand tokens. */
function part(n: number): string {
  const year = 1800 + n;
  return `## Part ${n}: what the gauge at kilometre ${n * 7} tells

The **mean discharge** of the river was *about* ${n * 37} cubic metres a second in ${year}, which is ***much more*** than the ${tick}gauge_${n}${tick} of
the [older survey](https://example.org/survey/${n} "The survey of ${year}") had found[^${n}]. Its author wrote to https://example.org/letters/${n} that
~~nothing~~ little was known; see the table below, and the ${tick}flow(${n})${tick} that follows.

- Upstream of the weir, at ${n * 3} m:
  - a bed of **gravel** and sand, in which
    - the fish of part ${n} spawn, and
    - the reeds do not grow;
  - a bank of clay with ${tick}slope = 0.0${n}${tick}.
- Downstream, where the water is *slow*:
  - [x] measured in spring
  - [ ] measured in autumn
- At the mouth, nothing of this holds.

1. First the level is read, at ${n % 24}:00, by whoever is there.

   It is written down in *centimetres*, never in feet.

2. Then the velocity is taken at three depths:

   ${fence}sh
   gauge read --station ${n} --depths 0.2,0.6,0.8 | sort -n >> part-${n}.txt
   ${fence}

3. And what comes of it is $Q_{${n}} = A \\cdot v$, where $A$ is the cross-section.

| station | level (cm) | discharge (m³/s) | remark |
|:--------|-----------:|-----------------:|:------:|
| Old mill ${n} | ${n + 211} | ${n * 3}.4 | **high** |
| Weir ${n} | ${n + 187} | ${n * 2}.9 | *steady* |
| Bridge ${n} | ${n + 164} | ${n}.7 | ${tick}n/a${tick} |
| Mouth ${n} | ${n + 98} | ${n + 5}.1 | [seen](https://example.org/seen/${n}) |

${fence}rust
/// The discharge of part ${n}, in cubic metres a second.
fn discharge_${n}(widths: &[f64], depths: &[f64], velocity: f64) -> Option<f64> {
    if widths.len() != depths.len() || velocity < ${n}.0 {
        return None; // Nothing can be said of it.
    }
    let area: f64 = widths.iter().zip(depths).map(|(width, depth)| width * depth).sum();
    Some(area * velocity * 0.8${n})
}
${fence}

> What is measured at part ${n} is **not** the river, but its *shadow* on a stick.
>
> - So says the second survey,
> - and so does ${tick}notes/${n}.md${tick}.

${fence}python
def curve(levels, station=${n}):
    """Fits the rating curve of a station."""
    points = [(level, 2.${n} * (level - 0.4) ** 1.5) for level in levels if level > 0.4]
    return {"station": station, "points": points, "count": len(points)}
${fence}

For the whole of it, with the slope $S_{${n}}$ and the roughness $k$:

$$
Q_{${n}} = k \\sum_{i=1}^{${n}} A_i \\, R_i^{2/3} \\sqrt{S_{${n}}}
$$

第${n}部分说明了河流的流量:水位越高,**流速**越快。测量站在桥的旁边,每天早上都有人去记录。
日本語でも同じことを言えます。川の水は*静か*に流れ、第${n}の観測所で測られます。

${fence}json
{ "station": ${n}, "levels": [${n + 211}, ${n + 187}, ${n + 164}], "valid": true, "by": "survey of ${year}" }
${fence}

The rest is known: the water of part ${n} comes to the sea after ${n % 9} days, **if** nobody takes it out, and what is *taken out*, as the letters say, comes
back as rain. Whoever doubts it may ask at the mill, where the keeper has a book of all levels since ${year - 40}, in which no day is missing.

### What remains open

How *much* of it sinks into the ground between the weir and the bridge, nobody has measured: the **difference** of the two stations is smaller than
the error of either. A tracer of ${tick}${n} kg${tick} of salt, given at the mill and looked for at the mouth, would tell; so would a second year
like ${year}, in which the upper gauge was dry and the lower was not. Until then one has to say, as the letters do, that the river *keeps* some of its
water to itself, and that a model of it which closes to the last litre is a model of something else. What can be said is where the loss is not:
above the weir the bed is **clay**, and what goes in comes out.

[^${n}]: Volume ${n} of the survey, page ${n * 4}, with a note on the **errors** of the instrument.

${endOf(n)}

`;
}

/** So many parts, in pieces as long as the tokens of such texts: a short word or half a long one, three digits, a few signs. */
export function tokens(parts: number): string[][] {
  return Array.from({ length: parts }, (_, at) => cut(part(at + 1)));
}

function cut(text: string): string[] {
  return text.match(/ ?[A-Za-z]{1,9}|\d{1,3}|\n+ *| +|[^\x00-\x7f]| ?[^\sA-Za-z\d]{1,3}/gu) ?? [];
}
