/**
 * The look: one accent (river), cool greys, dense type. Sizes and colours that components share are CSS variables in
 * theme.css; contrast of text is at least 4.5:1 in both schemes (WCAG AA), which axe checks on every screen.
 */
import {
  createTheme,
  localStorageColorSchemeManager,
  type CSSVariablesResolver,
  type MantineColorsTuple,
} from '@mantine/core';

const river: MantineColorsTuple = [
  '#e8f6f8',
  '#cfeaef',
  '#a1d7e0',
  '#70c5d3',
  '#46b3c4',
  '#1f98ad',
  '#0e7a8f',
  '#0b6b7e',
  '#095767',
  '#08404c',
];
const slate: MantineColorsTuple = [
  '#f6f8f9',
  '#eef1f3',
  '#e2e7ea',
  '#d0d7dc',
  '#b3bdc4',
  '#8b98a1',
  '#66737c',
  '#4b5861',
  '#2f3a42',
  '#161d22',
];
const dark: MantineColorsTuple = [
  '#dbe3e8',
  '#b9c5cc',
  '#95a3ac',
  '#6d7c86',
  '#3a474f',
  '#2a353c',
  '#1e272d',
  '#151c21',
  '#10161a',
  '#0b1013',
];

export const colorSchemeManager = localStorageColorSchemeManager({ key: 'anabranch.color-scheme' });

export const theme = createTheme({
  primaryColor: 'river',
  // White on it is 5:1, in both schemes.
  primaryShade: 6,
  colors: { river, gray: slate, dark },
  defaultRadius: 'md',
  fontFamily:
    'ui-sans-serif, system-ui, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "DejaVu Sans", sans-serif',
  fontFamilyMonospace:
    'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  lineHeights: { xs: '1.4', sm: '1.45', md: '1.5', lg: '1.5', xl: '1.4' },
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '1.25rem', lineHeight: '1.3' },
      h2: { fontSize: '1rem', lineHeight: '1.4' },
      h3: { fontSize: '0.875rem', lineHeight: '1.4' },
    },
  },
  respectReducedMotion: true,
  cursorType: 'pointer',
  components: {
    Button: {
      defaultProps: { size: 'sm' },
      // Between Mantine's 30 and 36 pixels.
      vars: (_theme: unknown, props: { size?: unknown }) => ({
        root: props.size === 'sm' ? { '--button-height': '32px', '--button-padding-x': '14px' } : {},
      }),
    },
    Input: {
      vars: (_theme: unknown, props: { size?: unknown }) => ({
        wrapper: props.size === 'sm' ? { '--input-height': '34px' } : {},
      }),
    },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
    TextInput: { defaultProps: { size: 'sm' } },
    PasswordInput: { defaultProps: { size: 'sm' } },
    Select: { defaultProps: { size: 'sm' } },
    Modal: {
      defaultProps: {
        centered: true,
        radius: 'lg',
        padding: 'lg',
        closeButtonProps: { 'aria-label': 'Close' },
        overlayProps: { backgroundOpacity: 0.45 },
        transitionProps: { duration: 120 },
      },
    },
    Drawer: {
      defaultProps: {
        position: 'right',
        closeButtonProps: { 'aria-label': 'Close' },
        overlayProps: { backgroundOpacity: 0.25 },
        transitionProps: { duration: 120 },
      },
    },
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': 'Close the notification' } } },
    // A menu's children are its items: the placeholder that Mantine adds for the focus is none.
    Menu: {
      defaultProps: { shadow: 'md', transitionProps: { duration: 80 }, withInitialFocusPlaceholder: false },
    },
    Tooltip: { defaultProps: { openDelay: 350, withArrow: false, transitionProps: { duration: 80 } } },
  },
});

/** Mantine's own dimmed and placeholder greys are below 4.5:1. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#ffffff',
    '--mantine-color-text': '#1a2328',
    '--mantine-color-dimmed': '#56636c',
    '--mantine-color-placeholder': '#66737c',
    '--mantine-color-error': '#c02a2a',
    '--mantine-color-anchor': '#0b6b7e',
  },
  dark: {
    '--mantine-color-body': '#10161a',
    '--mantine-color-text': '#dbe3e8',
    '--mantine-color-dimmed': '#95a3ac',
    '--mantine-color-placeholder': '#84939d',
    '--mantine-color-error': '#ff8787',
    '--mantine-color-anchor': '#5fc3d3',
  },
});
