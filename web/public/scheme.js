// Sets light or dark before the first paint; the rest of the page follows later.
;(() => {
  let scheme = 'auto'
  try {
    scheme = localStorage.getItem('waymark-scheme') || 'auto'
  } catch {
    // Storage may be forbidden: the system's choice stands.
  }
  const dark = scheme === 'dark' || (scheme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light')
})()
