import { asFolder, parseS3Address } from '../../widgets/browser/entries';

/** The folder of a namespace in its bucket: "a/b/" of "s3://bucket/a/b", "" of "s3://bucket". */
export function namespacePrefix(namespace: string): string {
  return asFolder(parseS3Address(namespace)?.key ?? '');
}
