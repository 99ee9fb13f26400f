/** What the sidebar and the command palette lead to. */
import {
  ArrowDownToLine,
  FlaskConical,
  Folder,
  FilePenLine,
  GitBranch,
  GitCommitHorizontal,
  GitCompareArrows,
  Home,
  KeyRound,
  Library,
  Archive,
  Server,
  Tag,
  type LucideIcon,
} from 'lucide-react';

export interface Destination<To extends string> {
  to: To;
  label: string;
  icon: LucideIcon;
}

const top = <const To extends string>(to: To, label: string, icon: LucideIcon): Destination<To> => ({
  to,
  label,
  icon,
});

export const topDestinations = [
  top('/', 'Home', Home),
  top('/repositories', 'Repositories', Library),
  top('/buckets', 'Buckets', Archive),
  top('/keys', 'Access keys', KeyRound),
  top('/server', 'Server', Server),
];

export const repositoryDestinations = [
  top('/repositories/$repository/objects', 'Objects', Folder),
  top('/repositories/$repository/changes', 'Uncommitted', FilePenLine),
  top('/repositories/$repository/commits', 'Commits', GitCommitHorizontal),
  top('/repositories/$repository/branches', 'Branches', GitBranch),
  top('/repositories/$repository/tags', 'Tags', Tag),
  top('/repositories/$repository/compare', 'Compare', GitCompareArrows),
  top('/repositories/$repository/import', 'Import', ArrowDownToLine),
  top('/repositories/$repository/experiments', 'Experiments', FlaskConical),
];
