import { Badge, Button, Group, Menu, Text, TextInput, Title } from '@mantine/core'
import { IconDots, IconPlus } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, call } from '../api/client'
import { isProblem } from '../api/problem'
import type { Account, Body, Point, Site } from '../api/types'
import { PageLoading } from '../app/Fallbacks'
import { useProblemText } from '../app/problemText'
import { toast, toastError } from '../app/toast'
import classes from './AccountPage.module.css'
import { HoursEditor } from './HoursEditor'
import { HoursTable } from './OpeningHours'
import { PlaceSearch } from './PlaceSearch'
import { addressOf, adoptAccount } from './queries'

const PinMap = lazy(() => import('./PinMap').then((m) => ({ default: m.PinMap })))

type SiteChange = Omit<Body<'updateSite'>, 'version'>

/** Changes of the sites of one account. A stale one shows the current state and says so. */
export function useSites(account: Account) {
  const { t } = useTranslation('accounts')
  const queryClient = useQueryClient()
  const problemText = useProblemText()
  const done = {
    onSuccess: (changed: Account) => adoptAccount(queryClient, changed),
    onError: (error: Error) => {
      if (isProblem(error, 'conflict') && error.current) adoptAccount(queryClient, error.current as Account)
      toastError(problemText(error))
    },
  }
  const path = { id: account.id }
  const update = useMutation({
    ...done,
    mutationFn: ({ siteId, change }: { siteId: number; change: SiteChange }) =>
      call(
        api.PATCH('/api/accounts/{id}/sites/{siteId}', {
          params: { path: { ...path, siteId } },
          body: { ...change, version: account.version },
        }),
      ),
  })
  const create = useMutation({
    ...done,
    mutationFn: (site: Body<'createSite'>) =>
      call(api.POST('/api/accounts/{id}/sites', { params: { path }, body: site })),
  })
  const remove = useMutation({
    ...done,
    mutationFn: (site: Site) =>
      call(
        api.DELETE('/api/accounts/{id}/sites/{siteId}', { params: { path: { ...path, siteId: site.id } } }),
      ),
    onSuccess: (changed, { id: _, cell: __, source: ___, ...site }) => {
      adoptAccount(queryClient, changed)
      toast(t('sites.removed'), () => create.mutate(site))
    },
  })
  return { update, create, remove }
}

export function SitesPart({ account, editable }: { account: Account; editable: boolean }) {
  const { t } = useTranslation('accounts')
  const sites = account.sites
  const { update, create, remove } = useSites(account)
  const [editing, setEditing] = useState<number | 'new' | null>(null)
  const [draft, setDraft] = useState<Point | null>(null)

  const pins = useMemo(
    () => [
      ...sites
        .filter((site) => !(site.id === editing && draft))
        .map((site) => ({
          id: site.id,
          point: site.point,
          label: site.name || addressOf(site) || t('sites.pin'),
          primary: site.isPrimary,
        })),
      ...(draft ? [{ id: 0, point: draft, label: t('sites.newPin') }] : []),
    ],
    [sites, editing, draft, t],
  )
  const stop = () => {
    setEditing(null)
    setDraft(null)
  }

  return (
    <section className={classes.part} aria-labelledby="sites">
      <div className={classes.partHead}>
        <Title order={2} id="sites">
          {t('sites.title')}
        </Title>
        {editable && editing === null && (
          <Button
            size="compact-sm"
            variant="light"
            leftSection={<IconPlus size={16} aria-hidden />}
            onClick={() => setEditing('new')}
          >
            {t('sites.add')}
          </Button>
        )}
      </div>
      {(sites.length > 0 || editing !== null) && (
        <div className={classes.siteMap}>
          <Suspense fallback={<PageLoading />}>
            <PinMap
              label={t('sites.map')}
              pins={pins}
              onPick={editing === null ? undefined : setDraft}
              onDrag={
                editing === null ? undefined : (id, point) => (id === 0 || id === editing) && setDraft(point)
              }
            />
          </Suspense>
        </div>
      )}
      {sites.length === 0 && editing === null && (
        <Text c="dimmed" size="sm">
          {t('sites.none')}
        </Text>
      )}
      {sites.map((site) =>
        editing === site.id ? (
          <SiteForm
            key={site.id}
            site={site}
            point={draft ?? site.point}
            onPoint={setDraft}
            saving={update.isPending}
            onCancel={stop}
            onSave={(change) => update.mutate({ siteId: site.id, change }, { onSuccess: stop })}
          />
        ) : (
          <div key={site.id} className={classes.item}>
            <Group justify="space-between" wrap="nowrap" align="start">
              <div>
                <Group gap="xs">
                  <Text fw={600}>{site.name || addressOf(site) || t('onMap')}</Text>
                  {site.isPrimary && sites.length > 1 && (
                    <Badge variant="light" size="sm">
                      {t('sites.primary')}
                    </Badge>
                  )}
                </Group>
                {site.name && <Text size="sm">{addressOf(site)}</Text>}
              </div>
              {editable && (
                <Menu position="bottom-end">
                  <Menu.Target>
                    <Button
                      variant="subtle"
                      size="compact-sm"
                      aria-label={t('sites.actions', { name: site.name || addressOf(site) })}
                    >
                      <IconDots size={18} aria-hidden />
                    </Button>
                  </Menu.Target>
                  <Menu.Dropdown>
                    <Menu.Item
                      onClick={() => {
                        setDraft(null)
                        setEditing(site.id)
                      }}
                    >
                      {t('sites.edit')}
                    </Menu.Item>
                    {!site.isPrimary && (
                      <Menu.Item
                        onClick={() => update.mutate({ siteId: site.id, change: { isPrimary: true } })}
                      >
                        {t('sites.makePrimary')}
                      </Menu.Item>
                    )}
                    <Menu.Item onClick={() => remove.mutate(site)}>{t('sites.remove')}</Menu.Item>
                  </Menu.Dropdown>
                </Menu>
              )}
            </Group>
            <Text size="sm" c="dimmed" mt={6}>
              {t('hours.label')}
            </Text>
            <HoursTable value={site.openingHours} />
          </div>
        ),
      )}
      {editing === 'new' && (
        <SiteForm
          point={draft}
          onPoint={setDraft}
          saving={create.isPending}
          onCancel={stop}
          onSave={(site) => site.point && create.mutate({ ...site, point: site.point }, { onSuccess: stop })}
        />
      )}
    </section>
  )
}

type SiteFields = {
  name: string
  housenumber: string
  street: string
  city: string
  postcode: string
  openingHours: string
}

function SiteForm({
  site,
  point,
  onPoint,
  onSave,
  onCancel,
  saving,
}: {
  site?: Site
  point: Point | null
  onPoint: (point: Point) => void
  onSave: (change: SiteFields & { point?: Point }) => void
  onCancel: () => void
  saving: boolean
}) {
  const { t } = useTranslation(['accounts', 'common'])
  const [place, setPlace] = useState('')
  const [fields, setFields] = useState<SiteFields>({
    name: site?.name ?? '',
    housenumber: site?.housenumber ?? '',
    street: site?.street ?? '',
    city: site?.city ?? '',
    postcode: site?.postcode ?? '',
    openingHours: site?.openingHours ?? '',
  })
  const field = (name: Exclude<keyof SiteFields, 'openingHours'>) => ({
    label: t(`site.${name}`),
    value: fields[name],
    onChange: (e: { currentTarget: { value: string } }) => {
      const { value } = e.currentTarget
      setFields((known) => ({ ...known, [name]: value }))
    },
  })

  return (
    <form
      className={classes.item}
      onSubmit={(e) => {
        e.preventDefault()
        if (point) onSave({ ...fields, point })
      }}
    >
      <PlaceSearch
        label={t('sites.find')}
        description={point ? t('sites.pointHint') : t('sites.pointNeeded')}
        value={place}
        onChange={setPlace}
        near={point ?? undefined}
        onPlace={(found) => {
          setPlace(found.label)
          onPoint(found.point)
          setFields((known) => ({ ...known, ...addressFrom(found) }))
        }}
      />
      <div className={classes.grid} style={{ marginTop: '0.75rem' }}>
        <TextInput {...field('street')} />
        <TextInput {...field('housenumber')} />
        <TextInput {...field('postcode')} />
        <TextInput {...field('city')} />
        <TextInput className={classes.wide} {...field('name')} description={t('site.nameHint')} />
        <HoursEditor
          value={fields.openingHours}
          onChange={(openingHours) => setFields((known) => ({ ...known, openingHours }))}
        />
      </div>
      <Group justify="end" mt="md">
        <Button variant="default" onClick={onCancel}>
          {t('common:action.cancel')}
        </Button>
        <Button type="submit" loading={saving} disabled={!point}>
          {t('common:action.save')}
        </Button>
      </Group>
    </form>
  )
}

/** The parts of an address that a found place's label tells: "12 Main Street", or a street. */
export function addressFrom(place: {
  kind: string
  label: string
  detail: string
}): Partial<Pick<SiteFields, 'housenumber' | 'street' | 'city' | 'postcode'>> {
  const town = /^(?:(\d{4,5})\s+)?(.*)$/.exec(place.detail.split(',')[0]?.trim() ?? '')
  const rest = { ...(town?.[1] ? { postcode: town[1] } : {}), ...(town?.[2] ? { city: town[2] } : {}) }
  if (place.kind === 'house') {
    const front = /^(\d+\S*)\s+(.+)$/.exec(place.label)
    const back = /^(.+?)\s+(\d+\S*)$/.exec(place.label)
    const [housenumber, street] = front ? [front[1], front[2]] : [back?.[2], back?.[1]]
    return { ...rest, ...(housenumber ? { housenumber } : {}), ...(street ? { street } : {}) }
  }
  if (place.kind === 'street') return { ...rest, street: place.label, housenumber: '' }
  if (place.kind === 'place') return { city: place.label }
  return rest
}
