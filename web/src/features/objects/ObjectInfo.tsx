import { Alert, Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ArrowUpRight, Database, Pencil } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { objectAtQuery } from '../../api/queries/diffs';
import { setUserMetadata } from '../../api/queries/objects';
import { repositoryQuery } from '../../api/queries/repositories';
import type { ObjectStats } from '../../api/types';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorState, messageOf } from '../../ui/ErrorState';
import { Bytes, RelativeTime } from '../../ui/figures';
import { formatCount, formatTime } from '../../ui/format';
import { InfoDrawer } from '../../ui/InfoDrawer';
import { KeyValueTable } from '../../ui/KeyValueTable';
import { LoadingState } from '../../ui/LoadingState';
import { liesBelow, nameOf, parentOf, parseS3Address } from '../../widgets/browser/entries';
import { MetadataFields, toMetadata, type MetadataField } from '../../widgets/MetadataFields';
import { visibleText } from '../../widgets/preview/content';
import classes from './objects.module.css';

/** Where an object's bytes are, and all that is known of it. */
export function ObjectInfo({
  repository,
  gitRef,
  path,
  isBranch,
  onClose,
}: {
  repository: string;
  gitRef: string;
  /** Undefined: closed. */
  path: string | undefined;
  isBranch: boolean;
  onClose: () => void;
}): ReactElement {
  const query = useQuery({
    ...objectAtQuery(repository, gitRef, path ?? ''),
    enabled: path !== undefined,
  });
  return (
    <InfoDrawer
      opened={path !== undefined}
      onClose={onClose}
      title={<bdi>{visibleText(nameOf(path ?? ''))}</bdi>}
    >
      {query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : query.data === null ? (
        <EmptyState title="There is no such object here" />
      ) : query.data === undefined ? (
        <LoadingState />
      ) : (
        <Info key={path} repository={repository} gitRef={gitRef} stats={query.data} isBranch={isBranch} />
      )}
    </InfoDrawer>
  );
}

function Info({
  repository,
  gitRef,
  stats,
  isBranch,
}: {
  repository: string;
  gitRef: string;
  stats: ObjectStats;
  isBranch: boolean;
}): ReactElement {
  const size = stats.size_bytes ?? 0;
  return (
    <>
      <PhysicalAddress repository={repository} address={stats.physical_address} />
      <KeyValueTable
        rows={[
          { label: 'Path', value: <bdi>{visibleText(stats.path)}</bdi>, copy: stats.path },
          {
            label: 'Size',
            value: (
              <>
                <Bytes value={size} /> ({formatCount(size)} bytes)
              </>
            ),
          },
          { label: 'Checksum', value: <code>{stats.checksum}</code>, copy: stats.checksum },
          {
            label: 'Modified',
            value: (
              <>
                {formatTime(stats.mtime * 1000)} (<RelativeTime ms={stats.mtime * 1000} />)
              </>
            ),
          },
          { label: 'Content type', value: stats.content_type ?? 'none' },
          {
            label: 'S3 URI',
            value: <code>{visibleText(`s3://${repository}/${gitRef}/${stats.path}`)}</code>,
            copy: `s3://${repository}/${gitRef}/${stats.path}`,
          },
        ]}
      />
      <UserMetadata repository={repository} gitRef={gitRef} stats={stats} isBranch={isBranch} />
    </>
  );
}

function PhysicalAddress({ repository, address }: { repository: string; address: string }): ReactElement {
  const namespace = useQuery(repositoryQuery(repository)).data?.storage_namespace ?? '';
  const place = parseS3Address(address);
  const isOwn = liesBelow(address, namespace);
  return (
    <section className={classes.address} aria-label="Physical address">
      <div className={classes.addressHead}>
        <Database size={15} aria-hidden />
        <h3>Physical address</h3>
        <span className={isOwn ? classes.own : classes.imported}>
          {isOwn ? 'in this repository’s namespace' : 'imported, not copied'}
        </span>
      </div>
      <KeyValueTable
        rows={[{ label: 'Address', value: <code>{visibleText(address)}</code>, copy: address }]}
      />
      <p>
        {isOwn
          ? 'The bytes were written through this repository. Branches and commits that have the object share them.'
          : `The bytes are where they were, in the bucket ${place?.bucket ?? ''}. The repository refers to them, and keeps them even where they are deleted or overwritten there.`}
      </p>
      {place && (
        <Link
          to="/buckets/$bucket"
          params={{ bucket: place.bucket }}
          search={{ prefix: parentOf(place.key) || undefined, info: place.key }}
        >
          Show it in the bucket <ArrowUpRight size={13} aria-hidden />
        </Link>
      )}
    </section>
  );
}

function UserMetadata({
  repository,
  gitRef,
  stats,
  isBranch,
}: {
  repository: string;
  gitRef: string;
  stats: ObjectStats;
  isBranch: boolean;
}): ReactElement {
  const queryClient = useQueryClient();
  const metadata = Object.entries(stats.metadata ?? {});
  const [fields, setFields] = useState<MetadataField[]>();
  const save = useMutation({
    mutationFn: (edited: MetadataField[]) =>
      setUserMetadata(repository, gitRef, stats.path, toMetadata(edited)),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['repositories', repository] });
      setFields(undefined);
      notifications.show({ message: 'The metadata were changed; commit to keep them.' });
    },
  });
  return (
    <section className={classes.metadata} aria-label="User metadata">
      <Group justify="space-between">
        <h3>User metadata</h3>
        {isBranch && fields === undefined && (
          <Button
            size="compact-sm"
            variant="subtle"
            leftSection={<Pencil size={13} aria-hidden />}
            onClick={() =>
              setFields(
                metadata.length > 0
                  ? metadata.map(([name, value]) => ({ name, value }))
                  : [{ name: '', value: '' }],
              )
            }
          >
            Edit
          </Button>
        )}
      </Group>
      {fields === undefined && metadata.length === 0 && <p>It has none.</p>}
      {fields === undefined && metadata.length > 0 && (
        <KeyValueTable
          rows={metadata.map(([label, value]) => ({ label, value: visibleText(value), copy: value }))}
        />
      )}
      {fields !== undefined && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            save.mutate(fields);
          }}
        >
          <MetadataFields fields={fields} onChange={setFields} />
          {save.isError && (
            <Alert color="red" variant="light" role="alert" mt="sm">
              {messageOf(save.error)}
            </Alert>
          )}
          <Group gap="xs" mt="sm" justify="flex-end">
            <Button variant="default" onClick={() => setFields(undefined)}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending}>
              Save
            </Button>
          </Group>
        </form>
      )}
    </section>
  );
}
