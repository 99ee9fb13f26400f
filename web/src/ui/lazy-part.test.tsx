import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState, type ReactElement } from 'react';
import { expect, test, vi } from 'vitest';
import { renderInApp } from '../testing/render';
import { lazyControl, lazyDialog, lazyPart } from './lazy-part';

const Greeting = ({ name }: { name: string }): ReactElement => <p>Hello {name}</p>;

/** Fails so often, then gives the component. */
function flaky(failures: number) {
  return vi.fn(() => (failures-- > 0 ? Promise.reject(new Error('away')) : Promise.resolve(Greeting)));
}

test('a part is shown when its code is there', async () => {
  const load = flaky(0);
  const Part = lazyPart(load, ({ name }) => <p>Wait, {name}</p>);
  const { unmount } = renderInApp(<Part name="Rex" />);
  expect(screen.getByText('Wait, Rex')).toBeTruthy();
  expect(await screen.findByText('Hello Rex')).toBeTruthy();

  unmount();
  renderInApp(<Part name="Bo" />);
  // Loaded once, it is there at once.
  expect(screen.getByText('Hello Bo')).toBeTruthy();
  expect(load).toHaveBeenCalledTimes(1);
});

test('a part that was loaded ahead never waits, and loading ahead never fails', async () => {
  const Part = lazyPart(flaky(1));
  await Part.preload();
  await Part.preload();
  renderInApp(<Part name="Rex" />);
  expect(screen.getByText('Hello Rex')).toBeTruthy();
});

test('a part that could not be loaded says so and can be tried again', async () => {
  const Part = lazyPart(flaky(1));
  renderInApp(<Part name="Rex" />);
  expect(await screen.findByText('The code of this page could not be loaded')).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByText('Hello Rex')).toBeTruthy();
});

test('a control tries again by itself', async () => {
  const Control = lazyControl(flaky(1), ({ name }) => <p>Wait, {name}</p>);
  renderInApp(<Control name="Rex" />);
  expect(screen.getByText('Wait, Rex')).toBeTruthy();
  expect(await screen.findByText('Hello Rex', {}, { timeout: 10_000 })).toBeTruthy();
});

test('a dialog that could not be loaded is tried again when it is opened again', async () => {
  const load = flaky(1);
  const Dialog = lazyDialog(load);
  function Opener(): ReactElement {
    const [opened, setOpened] = useState(false);
    return (
      <>
        <button onClick={() => setOpened(!opened)}>Toggle</button>
        {opened && <Dialog name="Rex" />}
      </>
    );
  }
  renderInApp(<Opener />);
  const toggle = screen.getByRole('button', { name: 'Toggle' });
  await userEvent.click(toggle);
  await waitFor(() => expect(load).toHaveBeenCalledTimes(1));
  await userEvent.click(toggle);
  await userEvent.click(toggle);
  expect(await screen.findByText('Hello Rex')).toBeTruthy();
});
