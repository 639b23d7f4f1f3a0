import { Button, Group, Modal, SegmentedControl, Stack, Text, TextInput } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, lazy, Suspense, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, call } from '../api/client'
import type { Point } from '../api/types'
import { PageLoading } from '../app/Fallbacks'
import { ProblemAlert } from '../app/Problems'
import { type AccountClass, classes as accountClasses, type Status, statuses } from '../app/search'
import { toast } from '../app/toast'
import { SimilarAccounts } from '../quality/SimilarAccounts'
import classes from './AccountPage.module.css'
import { PlaceSearch } from './PlaceSearch'
import { adoptAccount } from './queries'
import { addressFrom } from './SitesPart'

const PinMap = lazy(() => import('./PinMap').then((m) => ({ default: m.PinMap })))

/** A new account: a name is enough; a place by address or by a click on the map. */
export function NewAccountDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(['accounts', 'common'])
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const phone = useMediaQuery('(max-width: 47.99em)', undefined, { getInitialValueInEffect: false })
  const [name, setName] = useState('')
  const [status, setStatus] = useState<Status>('prospect')
  const [classOf, setClassOf] = useState<AccountClass>('C')
  const [phoneNumber, setPhoneNumber] = useState('')
  const [place, setPlace] = useState('')
  const [address, setAddress] = useState<ReturnType<typeof addressFrom>>({})
  const [point, setPoint] = useState<Point | null>(null)

  const create = useMutation({
    mutationFn: () =>
      call(
        api.POST('/api/accounts', {
          body: {
            name: name.trim(),
            status,
            class: classOf,
            phone: phoneNumber.trim(),
            ...(point ? { site: { ...address, point } } : {}),
          },
        }),
      ),
    onSuccess: (account) => {
      adoptAccount(queryClient, account)
      toast(t('new.created', { name: account.name }))
      onClose()
      void navigate({ to: '/accounts/$id', params: { id: String(account.id) } })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    create.mutate()
  }
  const pins = useMemo(() => (point ? [{ id: 0, point, label: t('sites.newPin') }] : []), [point, t])

  return (
    <Modal
      opened
      onClose={onClose}
      title={t('new.title')}
      closeButtonProps={{ 'aria-label': t('common:action.close') }}
      size="lg"
      fullScreen={phone ?? false}
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          <ProblemAlert error={create.error} />
          <TextInput
            label={t('field.name')}
            data-autofocus
            required
            withAsterisk={false}
            maxLength={300}
            value={name}
            onChange={(e) => setName(e.currentTarget.value)}
          />
          <div className={classes.grid}>
            <div>
              <Text size="sm" fw={500} id="new-status">
                {t('field.status')}
              </Text>
              <SegmentedControl
                fullWidth
                aria-labelledby="new-status"
                value={status}
                onChange={setStatus}
                data={statuses.map((value) => ({ value, label: t(`status.${value}`) }))}
              />
            </div>
            <div>
              <Text size="sm" fw={500} id="new-class">
                {t('field.class')}
              </Text>
              <SegmentedControl
                fullWidth
                aria-labelledby="new-class"
                value={classOf}
                onChange={setClassOf}
                data={accountClasses.map((value) => ({ value, label: value }))}
              />
            </div>
          </div>
          <TextInput
            label={t('field.phone')}
            type="tel"
            value={phoneNumber}
            onChange={(e) => setPhoneNumber(e.currentTarget.value)}
          />
          <PlaceSearch
            label={t('new.address')}
            description={point ? t('sites.pointHint') : t('new.addressHint')}
            value={place}
            onChange={setPlace}
            onPlace={(found) => {
              setPlace(found.label)
              setAddress(addressFrom(found))
              setPoint(found.point)
            }}
          />
          <div className={classes.siteMap} style={{ margin: 0 }}>
            <Suspense fallback={<PageLoading />}>
              <PinMap label={t('new.map')} pins={pins} onPick={setPoint} onDrag={(_, to) => setPoint(to)} />
            </Suspense>
          </div>
          <SimilarAccounts
            draft={{ name, phone: phoneNumber, email: '', website: '', ...(point ? { point } : {}) }}
          />
          <Group justify="end">
            <Button variant="default" onClick={onClose}>
              {t('common:action.cancel')}
            </Button>
            <Button type="submit" loading={create.isPending} disabled={name.trim() === ''}>
              {t('new.create')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
