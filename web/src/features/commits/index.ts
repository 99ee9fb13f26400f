export { CommitsPage } from './CommitsPage';
export { CommitPage } from './CommitPage';
