export { ObjectsPage } from './ObjectsPage';
