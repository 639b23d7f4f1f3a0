/**
 * Two languages, one file a part of the product: locales/LANGUAGE/PART.json.
 * A language is loaded when it is needed. Usage: const { t } = useTranslation('accounts').
 */
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'

export const languages = ['en', 'de'] as const
export type Language = (typeof languages)[number]

const load = {
  en: () => import('./locales/en'),
  de: () => import('./locales/de'),
} satisfies Record<Language, unknown>

/** What the pages before the sign-in need. */
const loadFirst = {
  en: () => import('./locales/en/common.json'),
  de: () => import('./locales/de/common.json'),
} satisfies Record<Language, unknown>

export const isLanguage = (text: unknown): text is Language => languages.some((l) => l === text)

/** The browser's language if it is one of ours, English otherwise. */
export function browserLanguage(wanted: readonly string[] = navigator.languages): Language {
  return wanted.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLanguage) ?? 'en'
}

export const shownLanguage = () => (isLanguage(i18next.language) ? i18next.language : browserLanguage())

/** Makes a language the one that is shown, loading all of its texts first, or only those of sign-in. */
export async function showLanguage(language: Language, texts: 'all' | 'first' = 'all') {
  if (texts === 'first') {
    if (!i18next.hasResourceBundle(language, 'common'))
      i18next.addResourceBundle(language, 'common', (await loadFirst[language]()).default)
  } else if (!i18next.hasResourceBundle(language, 'accounts')) {
    const { resources } = await load[language]()
    for (const [part, texts] of Object.entries(resources)) i18next.addResourceBundle(language, part, texts)
  }
  if (i18next.language !== language) await i18next.changeLanguage(language)
  document.documentElement.lang = language
}

export async function startI18n(
  language: Language = browserLanguage(),
  texts: Parameters<typeof showLanguage>[1] = 'all',
) {
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    defaultNS: 'common',
    ns: ['common'],
    resources: {},
    interpolation: { escapeValue: false }, // React escapes
    returnNull: false,
  })
  await showLanguage(language, texts)
}

export { i18next }
