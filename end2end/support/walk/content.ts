// What is said, sent and answered in the walk through the states.

export const QUESTION = "Where does a river begin, and how would you follow it in code?";

export const NOTES = "# Sources\n\nA river has many, and one name.\n";

/** Hills, a sun and a river. */
export const PICTURE = Buffer.from(
  [
    "iVBORw0KGgoAAAANSUhEUgAAAPAAAACWBAMAAAAS1hjmAAAAD1BMVEW+3Ot4oG48eJbw0nhaglprMYxYAAADqklEQVR42u2aPZLbMAyFQUhFtgOrpEuOoAnvf4SddW7AMp",
    "Nmt0xjJoXlsWWJFACC9MyOWHgk2eLHhwf+yQI4ylGOcpSjHOUoc3EN6w4A51N/8DABAMBr5mtszIXQGzytDvqAh42jLuBp87A9eMgcNwdP2ZPmybVXsHmkM7H+ZIqfBp6K",
    "p0eoD/AnBQ9Nav3zbXH6doS6GfhcOPucybXMrjeFYjKI9VnhsVOv90+bh2wwGUg+K7LaV2xxTmXBRbCrcnkGavZOVLWrO79eP6S7RTeLfe89clFll9KCfdstNDI8oK5gav",
    "zUADlJRx3BxEx9a7C3mSvEYMfv7bZgspgeSQ52kgEuP6WSGEy7pjO4VG4tAhNCikB7GdhJZ5N8t/AiMBksv9yuQ8iW5mQG7zUX+cpI05OyqY389HVCg8tkFNROQoOLNaKg",
    "cic1uBRDlNRNQoNLZJRU7aQGF8goGhi91OC8HpQpIqnB2aso89ApW7Ymo9BCUnrhSmACqJTs+E1C6ZRLYoO3q0fx8KD2wWfA3AGR1J2NNsHsKcCpM37hBMonPVIYvP4Jyh",
    "dzTj+QuxVYtKLyytF08StkNHdiiHPSRuP+bWGY9hf8JA3XsBen4ScAfv29vPjlr369P9+Le9zp9pmXLNlnzMHBcqCvxEcyVSz2L2RXbO/dH/wP7ze8qwy+uxlL7Q0b2jck",
    "i/ew/gImDveR7Co2kgAeALP3DSHj94NM1dMCD+h20ip3yWkNntuNxOY+XPRVz2Wc8wx7t3P734fO4NLDlwAMA1zV4yAUcZdk0hqcAQ+hdMMd2dU8eBteWGl139TbjPGi58",
    "Iqufa4UHo7jC13WoED575KcthQHHi3nk/grx1KLhYAAEYNF4bppBstw6bHDHtvmn8RSP+gWQ65XsUFSFEY64dojkqu8I/ndeWj1F7NmicU+rGcy411JpJjhV6t2BtYaC87",
    "1qV6RzX3kl30IRd7Bev1KsXOyaW2N0UAgO8nsdiL4lAt7SSf31ZjtcLk+GNJ5goZa81M95oF6TLWIB+iHeTxqinxInQIsmwZq4hX4UNQZkitZLMFvchi6AyOdS2weJEsdg",
    "WnyqCbvDoXe4JjZZ7hc3La6i3F2A8ca/UbvZcZe4FTteVopDA+KdS9PE713ctMcewCjvUjCtpEWi7ZLrlSB3B8UlYni+YY9uPUHBwtHLAcuVJjcDJJOnxOThtPEqkpONkE",
    "w3ZaTC3B0cZ/tBWVnhTqlskVjfqatWJ2rP8DDrSHw/POZCUAAAAASUVORK5CYII=",
  ].join(""),
  "base64",
);

const LONG_CODE = Array.from({ length: 40 }, (_, at) => `    println!("The river has passed mile {}", ${at + 1});`).join("\n");

/** Everything that an answer can hold, some of it wider or longer than there is room for. */
export const ANSWER = `# Following a river

A river begins **where water gathers**: at a spring, a glacier, or *somewhere in the grass*. See [the map](https://maps.example/river) or run \`follow("Donau")\`.

1. Find the [watershed](https://maps.example/watershed).
   - It is the line from which water runs to two sides.
   - ~~It is always a mountain.~~
2. Go down.

- [x] Boots
- [ ] A boat

> The river is everywhere at once, at the source and at the mouth.

| River | Source | Mouth | Length | Discharge | Countries on its way |
|---|---|---|---:|---:|---|
| Danube | Donaueschingen | Black Sea | 2,850 km | 6,500 m³/s | Germany, Austria, Slovakia, Hungary, Croatia, Serbia, Romania, Bulgaria, Moldova, Ukraine |
| 长江 | 唐古拉山 | 东海 | 6,300 km | 30,166 m³/s | 中国 |
| النيل | بحيرة فيكتوريا | البحر المتوسط | 6,650 km | 2,830 m³/s | مصر والسودان وأوغندا |

### What one takes along

| For | What |
|---|---|
| Rain | A coat |

##### In winter

Skates.

## In code

\`\`\`python
def follow(river: str, miles: int = 3) -> list[str]:
    """Where one comes by."""
    return [f"{river}, mile {mile}" for mile in range(miles)]  # not one of them is the same twice
\`\`\`

\`\`\`rust
fn main() {
${LONG_CODE}
}
\`\`\`

The flow $Q = A v$ follows from the area and the speed, and through a pipe it is

$$Q = \\frac{\\pi r^4 \\Delta p}{8 \\eta L} = \\int_0^{r} 2 \\pi \\rho \\, v(\\rho) \\, d\\rho, \\qquad v(\\rho) = \\frac{\\Delta p}{4 \\eta L} (r^2 - \\rho^2).$$

![A picture of a river](https://pictures.example/river.jpg)

A word that is longer than a phone is wide: Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft. مع السلامة![^1]

[^1]: On the way, everybody drinks.
`;

/** What the server says of itself when its disk is full and a provider does not answer. */
export const MODELS = {
  default: "demo/rivulet",
  models: [
    { id: "demo/rivulet", provider: "demo", label: "Rivulet demo" },
    { id: "brook/large", provider: "brook", label: "Brook Large" },
  ],
  providers: [
    { id: "demo", label: "Demo" },
    { id: "brook", label: "Brook", error: { code: "upstream_overloaded", message: "Brook is overloaded.", retryable: true }, paused_ms: 60_000 },
  ],
  demo_only: false,
  storage: { code: "storage_unavailable", message: "The disk is full: nothing can be stored.", retryable: true },
};

/** An answer that is a diagram's source. */
export const DIAGRAM = "```mermaid\nflowchart LR\n  A[Rain] --> B{Wet?}\n  B -- yes --> C[Umbrella]\n  B -- no --> D[Hat]\n```";
