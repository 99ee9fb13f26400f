export { HomePage } from './HomePage';
export { RepositoriesPage } from './RepositoriesPage';
