// Sets the colour scheme before the first paint, so that a dark page never flashes white. A classic script, because a
// module would run too late. Mantine keeps the choice under the same key (see theme.ts).
(function () {
  var stored = null;
  try {
    stored = localStorage.getItem('anabranch.color-scheme');
  } catch {
    // Storage may be off: the system's choice is taken.
  }
  var dark = stored === 'dark' || (stored !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
})();
