import { ActionIcon, Button, Group, Stack, TextInput } from '@mantine/core';
import { Plus, X } from 'lucide-react';
import type { ReactElement } from 'react';

export interface MetadataField {
  name: string;
  value: string;
}

/** Names and values of a commit's metadata, as many as one likes. */
export function MetadataFields({
  fields,
  onChange,
}: {
  fields: readonly MetadataField[];
  onChange: (fields: MetadataField[]) => void;
}): ReactElement {
  const change = (at: number, part: Partial<MetadataField>) =>
    onChange(fields.map((field, index) => (index === at ? { ...field, ...part } : field)));
  return (
    <Stack gap={6} role="group" aria-label="Metadata">
      {fields.map((field, index) => (
        <Group key={index} gap={6} wrap="nowrap">
          <TextInput
            flex={1}
            aria-label={`Name ${index + 1}`}
            placeholder="name"
            value={field.name}
            onChange={(event) => change(index, { name: event.currentTarget.value })}
          />
          <TextInput
            flex={2}
            aria-label={`Value ${index + 1}`}
            placeholder="value"
            value={field.value}
            onChange={(event) => change(index, { value: event.currentTarget.value })}
          />
          <ActionIcon
            aria-label={`Remove metadata ${index + 1}`}
            onClick={() => onChange(fields.filter((_, at) => at !== index))}
          >
            <X size={15} aria-hidden />
          </ActionIcon>
        </Group>
      ))}
      <div>
        <Button
          variant="subtle"
          size="compact-sm"
          leftSection={<Plus size={14} aria-hidden />}
          onClick={() => onChange([...fields, { name: '', value: '' }])}
        >
          Add metadata
        </Button>
      </div>
    </Stack>
  );
}

/** As the API takes it; fields without a name are left out. */
export function toMetadata(fields: readonly MetadataField[]): Record<string, string> {
  return Object.fromEntries(
    fields.filter((field) => field.name.trim() !== '').map((field) => [field.name.trim(), field.value]),
  );
}
