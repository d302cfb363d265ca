/** A colour as `#rrggbb`. */
const format = /^#[0-9a-f]{6}$/i;

export function isColour(text: string): boolean {
  return format.test(text);
}

/** The relative luminance of a colour (WCAG 2.2), from 0 for black to 1 for white. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** The contrast of two colours (WCAG 2.2 §1.4.3), from 1 to 21. */
function contrast(one: string, other: string): number {
  const [lighter = 0, darker = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

/** Black or white, whichever can be read better on this colour. */
export function readableOn(colour: string): '#000000' | '#ffffff' {
  return contrast(colour, '#ffffff') >= contrast(colour, '#000000') ? '#ffffff' : '#000000';
}

/** The colours of our pages on which a tenant's accent stands: the card's, light and dark, and the darkest and lightest around it. */
const lightPapers = ['#fbfdfc', '#e9eeec'] as const;
const darkPapers = ['#131f1d', '#0b1413'] as const;

/** WCAG 2.2 §1.4.3. */
const minimumContrast = 4.5;

/** Whether text in this colour can be read on our light, or dark, pages. */
export function isReadable(colour: string, on: 'light' | 'dark'): boolean {
  return (on === 'light' ? lightPapers : darkPapers).every((paper) => contrast(colour, paper) >= minimumContrast);
}

/** The colour, as little lightened as it takes to be read on our dark pages. */
export function lightenedForDark(colour: string): string {
  for (let share = 0; share < 1; share += 0.05) {
    const lightened = `#${[1, 3, 5]
      .map((at) => Number.parseInt(colour.slice(at, at + 2), 16))
      .map((part) => Math.round(part + (255 - part) * share).toString(16).padStart(2, '0'))
      .join('')}`;
    if (isReadable(lightened, 'dark')) {
      return lightened;
    }
  }
  return '#ffffff';
}
