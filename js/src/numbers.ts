// Numbers as a reader sees them.

const SUPERSCRIPTS: Record<string, string> = {
  "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷", "8": "⁸", "9": "⁹",
};

export const superscript = (exponent: number): string => [...String(exponent)].map((c) => SUPERSCRIPTS[c] ?? c).join("");

/** At most `digits` significant digits, a true minus sign, powers of ten written as such. */
export function show(value: number, digits = 4): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-3) {
    const [mantissa = "", exponent = "0"] = value.toExponential(digits - 1).split("e");
    const short = String(Number(mantissa));
    const power = `10${superscript(Number(exponent))}`;
    const text = short === "1" ? power : short === "-1" ? `-${power}` : `${short} × ${power}`;
    return text.replace("-", "−");
  }
  return String(Number(value.toPrecision(digits))).replace("-", "−");
}

/** A number does not part from its sign at the end of a line. */
export const together = (words: string): string => words.replace(/(?<=\d) (?=[%×])|(?<=×) (?=\d)/g, "\u00a0");

/** A tick of a logarithmic axis. */
export function showPower(value: number): string {
  const exponent = Math.log10(value);
  if (Math.abs(exponent - Math.round(exponent)) > 1e-9) return show(value);
  const whole = Math.round(exponent);
  return whole >= -2 && whole <= 3 ? String(Number((10 ** whole).toPrecision(1))) : `10${superscript(whole)}`;
}
