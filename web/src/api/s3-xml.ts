/** The little of XML that S3's answers need. */

/** The document's root; throws where the text is not XML. */
export function parseXml(text: string): Element {
  const xml = new DOMParser().parseFromString(text, 'application/xml');
  if (xml.getElementsByTagName('parsererror').length > 0)
    throw new Error('The server did not answer with XML.');
  return xml.documentElement;
}

/** The direct children with this name. */
export function list(parent: Element, name: string): Element[] {
  return [...parent.children].filter((child) => child.localName === name);
}

/** The text of the first direct child with this name, or ''. */
export function xmlText(parent: Element, name: string): string {
  for (const child of parent.children) {
    if (child.localName === name) return child.textContent;
  }
  return '';
}

/** Undoes `encoding-type=url`, in which a space may be a plus. */
export function decodeKey(encoded: string): string {
  return decodeURIComponent(encoded.replaceAll('+', ' '));
}
