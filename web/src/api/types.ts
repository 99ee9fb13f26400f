/** The words of the REST API, named. Generated from api/openapi.json by `scripts/web.sh types`. */
import type { components } from './schema';

export type { paths } from './schema';

type Schemas = components['schemas'];

export type AccessKey = Schemas['AccessKey'];
export type NewAccessKey = Schemas['NewAccessKey'];
export type Bucket = Schemas['Bucket'];
export type Commit = Schemas['Commit'];
export type CommitGraph = Schemas['CommitGraph'];
export type CommitList = Schemas['CommitList'];
export type Diff = Schemas['Diff'];
export type DiffCounts = Schemas['DiffCounts'];
export type DiffList = Schemas['DiffList'];
export type DiffSummary = Schemas['DiffSummary'];
export type ImportLocation = Schemas['ImportLocation'];
export type ImportStatus = Schemas['ImportStatus'];
export type MergeResult = Schemas['MergeResult'];
export type Metadata = Schemas['Metadata'];
/** As `readSeries()` gives it: NaN and infinities are numbers. */
export type MetricSeries = Omit<Schemas['MetricSeries'], 'points' | 'least' | 'greatest'> & {
  points: number[][];
  least?: number[];
  greatest?: number[];
};
export type ObjectStats = Schemas['ObjectStats'];
export type ObjectStatsList = Schemas['ObjectStatsList'];
export type PromotionPlan = Schemas['Promotion'];
export type Pagination = Schemas['Pagination'];
export type Ref = Schemas['Ref'];
export type RefList = Schemas['RefList'];
export type Repository = Schemas['Repository'];
export type RepositoryFigures = Schemas['RepositoryFigures'];
/** As `readRun()` gives it: NaN and infinities are numbers. */
export type Run = Omit<Schemas['Run'], 'metrics'> & { metrics: Record<string, number> };
export type RunList = Omit<Schemas['RunList'], 'results'> & { results: Run[] };
export type RunLog = Schemas['RunLog'];
export type RunState = Schemas['RunState'];
export type Server = Schemas['Server'];
export type ServerSeries = Schemas['ServerSeries'];
export type Session = Schemas['Session'];
export type Sweep = Schemas['Sweep'];
export type SweepList = Schemas['SweepList'];
