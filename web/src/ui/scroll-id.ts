/**
 * The router brings scroll positions back, and carries them over to whatever lies at the same place of the next page: an
 * element that says what it shows gets those of the same content only.
 */
export const scrollId = (...content: string[]): { 'data-scroll-restoration-id': string } => ({
  'data-scroll-restoration-id': content.map(encodeURIComponent).join('/'),
});
