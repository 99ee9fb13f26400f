const collator = new Intl.Collator('en', { numeric: true });

/** As people count: file-2 before file-10. */
export const byName = (left: string, right: string): number => collator.compare(left, right);
