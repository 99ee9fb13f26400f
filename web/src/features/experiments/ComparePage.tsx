import type { ReactElement } from 'react';
export function ComparePage(): ReactElement {
  return <></>;
}
