export { ExperimentsPage } from './ExperimentsPage';
export { RunPage } from './RunPage';
export { SweepPage } from './SweepPage';
