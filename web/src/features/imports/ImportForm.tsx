import { ActionIcon, Alert, Button, Input, Stack, TextInput, Textarea } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { ArrowDownToLine, Plus, X } from 'lucide-react';
import { useCallback, useMemo, useState, type ReactElement } from 'react';
import { startImport } from '../../api/queries/imports';
import { repositoryQuery } from '../../api/queries/repositories';
import { EmptyState } from '../../ui/EmptyState';
import { messageOf } from '../../ui/ErrorState';
import { Panel } from '../../ui/Page';
import { RefBadge } from '../../ui/RefBadge';
import { CreateRefDialog } from '../../widgets/CreateRefDialog';
import { MetadataFields, toMetadata, type MetadataField } from '../../widgets/MetadataFields';
import { BucketBrowser } from './BucketBrowser';
import classes from './imports.module.css';
import { defaultDestination, isPrefix, problemOf, toLocation, type Source } from './sources';

const route = getRouteApi('/repositories/$repository/import');

export function ImportForm({ repository }: { repository: string }): ReactElement {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const defaultBranch = useQuery(repositoryQuery(repository)).data?.default_branch;
  const branch = search.branch ?? defaultBranch;
  const [destinations, setDestinations] = useState<Readonly<Record<string, string>>>({});
  const [message, setMessage] = useState('');
  const [fields, setFields] = useState<MetadataField[]>([]);
  const [isCreating, setCreating] = useState(false);
  const uris = useMemo(() => search.source ?? [], [search.source]);
  const chosen = useMemo(() => new Set(uris), [uris]);
  const sources: Source[] = uris.map((uri) => ({
    uri,
    destination: destinations[uri] ?? defaultDestination(uri),
  }));
  const problem = problemOf(sources);
  const go = useCallback(
    (bucket: string | undefined, prefix: string) =>
      void navigate({
        search: (old) => ({ ...old, bucket, prefix: prefix || undefined }),
        // Letters of a filter are no steps of the way.
        replace: bucket === undefined && prefix !== '',
      }),
    [navigate],
  );
  const add = useCallback(
    (uri: string) =>
      void navigate({
        search: (old) => ({ ...old, source: [...new Set([...(old.source ?? []), uri])] }),
        replace: true,
      }),
    [navigate],
  );
  const remove = (uri: string) =>
    void navigate({
      search: (old) => ({ ...old, source: old.source?.filter((other) => other !== uri) }),
      replace: true,
    });
  const start = useMutation({
    mutationFn: (into: string) =>
      startImport(
        repository,
        into,
        sources.map(toLocation),
        message.trim() || defaultMessage(uris),
        toMetadata(fields),
      ),
    onSuccess: ({ id, sinceMs }, into) => void navigate({ search: { branch: into, id, since: sinceMs } }),
  });

  return (
    <div className={classes.columns}>
      <Panel title="Choose from buckets" flush>
        <BucketBrowser
          bucket={search.bucket}
          prefix={search.prefix ?? ''}
          onGo={go}
          chosen={chosen}
          onAdd={add}
        />
      </Panel>
      <form
        className={classes.column}
        onSubmit={(event) => {
          event.preventDefault();
          if (branch !== undefined) start.mutate(branch);
        }}
      >
        <Panel title="Sources" flush>
          {sources.length === 0 ? (
            <EmptyState title="Nothing chosen yet" icon={<ArrowDownToLine size={20} aria-hidden />}>
              Add prefixes or objects of any bucket; each goes to a path of its own.
            </EmptyState>
          ) : (
            <ul className={classes.sources}>
              {sources.map((source) => (
                <li key={source.uri} className={classes.source}>
                  <code>{source.uri}</code>
                  <ActionIcon
                    size="sm"
                    aria-label={`Remove ${source.uri}`}
                    onClick={() => remove(source.uri)}
                  >
                    <X size={14} aria-hidden />
                  </ActionIcon>
                  <TextInput
                    size="xs"
                    aria-label={`Where ${source.uri} goes`}
                    leftSection="to"
                    leftSectionWidth={32}
                    placeholder={isPrefix(source.uri) ? 'the top' : 'path'}
                    value={source.destination}
                    onChange={(event) =>
                      setDestinations({ ...destinations, [source.uri]: event.currentTarget.value })
                    }
                    spellCheck={false}
                  />
                </li>
              ))}
            </ul>
          )}
        </Panel>
        <Panel title="Commit">
          <Stack gap="md">
            <Input.Wrapper label="Branch" labelElement="div">
              <div className={classes.buttons}>
                {branch !== undefined && <RefBadge type="branch" name={branch} />}
                <Button
                  variant="default"
                  size="xs"
                  leftSection={<Plus size={14} aria-hidden />}
                  onClick={() => setCreating(true)}
                >
                  New branch
                </Button>
              </div>
            </Input.Wrapper>
            <Textarea
              label="Message"
              placeholder={defaultMessage(uris)}
              autosize
              minRows={2}
              maxRows={5}
              value={message}
              onChange={(event) => setMessage(event.currentTarget.value)}
            />
            <MetadataFields fields={fields} onChange={setFields} />
            {problem !== undefined && (
              <Alert color="yellow" variant="light">
                {problem}
              </Alert>
            )}
            {start.isError && (
              <Alert color="red" variant="light" role="alert">
                {messageOf(start.error)}
              </Alert>
            )}
            <Button
              type="submit"
              loading={start.isPending}
              disabled={sources.length === 0 || problem !== undefined || branch === undefined}
            >
              Import into {branch ?? 'a branch'}
            </Button>
          </Stack>
        </Panel>
      </form>
      <CreateRefDialog
        kind="branch"
        repository={repository}
        source={branch}
        opened={isCreating}
        onClose={() => setCreating(false)}
        onCreated={(name) => void navigate({ search: (old) => ({ ...old, branch: name }), replace: true })}
      />
    </div>
  );
}

function defaultMessage(uris: readonly string[]): string {
  return uris.length === 0 ? 'Import' : `Import ${uris.join(', ')}`;
}
