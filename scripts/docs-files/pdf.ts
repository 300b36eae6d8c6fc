/** A one-page PDF of plain lines, in the two fonts that every reader has. */

const TOP = 800;
const LEFT = 56;

/** `# ` begins a section, two spaces begin a line of code, everything else is text. */
export function pdf(title: string, lines: readonly string[]): Buffer {
  const content = ["BT", ...headline(title), ...lines.flatMap(line), "ET"].join("\n");
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /T 5 0 R /B 6 0 R /C 7 0 R >> >> >>",
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    ...["Helvetica", "Helvetica-Bold", "Courier"].map((font) => `<< /Type /Font /Subtype /Type1 /BaseFont /${font} >>`),
    `<< /Title (${escaped(title)}) >>`,
  ];
  return assemble(objects);
}

function headline(title: string): string[] {
  return [`1 0 0 1 ${LEFT} ${TOP} Tm`, "/B 18 Tf", "15 TL", show(title), "T*"];
}

function line(text: string): string[] {
  if (text.startsWith("# ")) return ["/B 11 Tf", show(text.slice(2)), "T*"];
  if (text.startsWith("  ")) return ["/C 9 Tf", show(text), "T*"];
  return ["/T 10 Tf", show(text), "T*"];
}

function show(text: string): string {
  return `(${escaped(text)}) Tj`;
}

function escaped(text: string): string {
  return text.replaceAll(/[\\()]/g, "\\$&");
}

/** Writes the objects one after the other, and the table that says at which byte each begins. */
function assemble(objects: readonly string[]): Buffer {
  let body = "%PDF-1.4\n";
  const starts: number[] = [];
  for (const [index, object] of objects.entries()) {
    starts.push(body.length);
    body += `${index + 1} 0 obj\n${object}\nendobj\n`;
  }
  const rows = starts.map((start) => `${String(start).padStart(10, "0")} 00000 n \n`).join("");
  const table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}`;
  const trailer = `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R /Info ${objects.length} 0 R >>\nstartxref\n${body.length}\n%%EOF\n`;
  return Buffer.from(body + table + trailer, "latin1");
}
