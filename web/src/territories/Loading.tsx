/** The page of territories until it is there, in its own layout. */
import { Skeleton } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { PageLoading } from '../app/Fallbacks'
import { Panel } from '../plan/Panel'
import classes from './Territories.module.css'

export function Loading() {
  const { t } = useTranslation('territories')
  const { t: common } = useTranslation()
  return (
    <Panel label={t('title')} map={<PageLoading />}>
      <div className={classes.loading} aria-busy>
        <h1>{common('loading')}</h1>
        {Array.from({ length: 9 }, (_, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: grey bars, all alike
          <Skeleton key={i} height={44} mb={10} />
        ))}
      </div>
    </Panel>
  )
}
