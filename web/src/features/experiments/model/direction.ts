/**
 * Whether more or less of a metric is better, as far as its name tells. The rule is the server's
 * (src/experiments/direction.cc): tests/data/metric-directions.json holds both to the same answers.
 */
import type { Goal } from './goal';

const lessIsBetter = new Set(
  'loss losses error errors err rmse mse mae mape smape msle rmsle bce perplexity ppl nll wer cer eer ter fid kid lpips kl kld divergence ece brier regret cost deviance distance hausdorff hamming fpr fnr failures misses crossentropy latency time seconds secs sec ms duration elapsed delay bytes memory mem'.split(
    ' ',
  ),
);
const moreIsBetter = new Set(
  'acc accuracy f1 fscore auc auroc auprc roc bleu rouge meteor map ap mrr ndcg score scores reward rewards return returns r2 iou miou dice precision recall sensitivity specificity tpr tnr psnr ssim throughput likelihood correlation pearson spearman kappa mcc gain fps success hit hits correct wins'.split(
    ' ',
  ),
);
/** Of words that were written together: trainloss. */
const endings = ['loss', 'error', 'perplexity', 'accuracy', 'score', 'reward'];
const times = new Set(['s', 'sec', 'second', 'minute', 'min', 'hour']);

function wordGoal(word: string): Goal | undefined {
  if (lessIsBetter.has(word)) return 'min';
  if (moreIsBetter.has(word)) return 'max';
  const ending = endings.find((each) => word.endsWith(each));
  if (ending !== undefined) return wordGoal(ending);
  const letters = word.replace(/[0-9]+$/, '');
  return letters === '' || letters === word ? undefined : wordGoal(letters);
}

/** "valLoss/top-5" is val, loss, top, 5; what is a word as a whole (mIoU) is not parted. */
function wordsOf(name: string): string[] {
  return name
    .split(/[^A-Za-z0-9]+/)
    .filter((part) => part !== '')
    .flatMap((part) =>
      wordGoal(part.toLowerCase()) !== undefined
        ? [part.toLowerCase()]
        : part.split(/(?<=[a-z])(?=[A-Z])/).map((word) => word.toLowerCase()),
    );
}

/** The last word that tells: accuracy_loss is a loss. A "neg" before it turns it round. */
export function inferGoal(metric: string): Goal | undefined {
  const words = wordsOf(metric);
  const per = words.indexOf('per');
  const head = per < 0 ? words : words.slice(0, per);
  let found: Goal | undefined;
  let turned = false;
  for (const [place, word] of head.entries()) {
    if (word === 'time' && words[place + 1] === 'to') return 'min';
    if (word === 'neg' || word === 'negative') turned = true;
    const told = word === 'entropy' && words[place - 1] === 'cross' ? 'min' : wordGoal(word);
    if (told !== undefined) found = turned ? (told === 'min' ? 'max' : 'min') : told;
  }
  if (found === undefined && per > 0 && times.has(words[per + 1] ?? '')) return 'max'; // samples_per_second
  return found;
}
