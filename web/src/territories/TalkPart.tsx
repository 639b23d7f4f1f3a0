/** What people say about an alignment. */
import { Button, Text, Textarea } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { LoadFailed, ProblemAlert } from '../app/Problems'
import { useFormat } from '../i18n/format'
import { addComment } from './flow'
import classes from './Parts.module.css'
import { commentsQuery } from './queries'
import type { Alignment } from './types'

export function TalkPart({ alignment }: { alignment: Alignment }) {
  const { t } = useTranslation('territories')
  const format = useFormat()
  const queryClient = useQueryClient()
  const { data, error, refetch } = useQuery(commentsQuery(alignment.id))
  const [text, setText] = useState('')
  const add = useMutation({
    mutationFn: () => addComment(alignment.id, text.trim()),
    onSuccess: () => {
      setText('')
      return queryClient.invalidateQueries({ queryKey: commentsQuery(alignment.id).queryKey })
    },
  })
  if (error && !data) return <LoadFailed title={t('failed')} error={error} onRetry={() => refetch()} />
  return (
    <div className={classes.part}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          add.mutate()
        }}
      >
        <Textarea
          label={t('talk.label')}
          placeholder={t('talk.placeholder')}
          autosize
          minRows={2}
          maxLength={4000}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <ProblemAlert error={add.error} />
        <Button type="submit" size="xs" mt={6} loading={add.isPending} disabled={text.trim() === ''}>
          {t('talk.add')}
        </Button>
      </form>
      {data?.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('talk.none')}
        </Text>
      )}
      <ul className={classes.talk}>
        {data?.map((comment) => (
          <li key={comment.id}>
            <header>
              <strong>{comment.userName}</strong>
              <time dateTime={comment.at}>{format.dateTime(comment.at)}</time>
            </header>
            <p>{comment.text}</p>
          </li>
        ))}
      </ul>
    </div>
  )
}
