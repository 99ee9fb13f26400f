export { BranchesPage } from './BranchesPage';
export { TagsPage } from './TagsPage';
