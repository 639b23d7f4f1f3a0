/** One of a few, each with a sentence that says what it means. */
import { Radio, Title } from '@mantine/core'
import { useId } from 'react'
import classes from './Choices.module.css'

export function Choices<T extends string>(props: {
  title: string
  name: string
  value: T
  onChange: (value: T) => void
  choices: { value: T; label: string; description: string }[]
}) {
  const { title, name, value, onChange, choices } = props
  const id = useId()
  return (
    <section aria-labelledby={id}>
      <Title order={2} id={id} className={classes.title}>
        {title}
      </Title>
      <Radio.Group name={name} value={value} onChange={(to) => onChange(to as T)} aria-labelledby={id}>
        <div className={classes.choices}>
          {choices.map((choice) => (
            <Radio
              key={choice.value}
              value={choice.value}
              label={choice.label}
              description={choice.description}
              classNames={{
                root: classes.choice ?? '',
                label: classes.label ?? '',
                description: classes.description ?? '',
                body: classes.body ?? '',
                labelWrapper: classes.wrapper ?? '',
              }}
              data-chosen={choice.value === value}
            />
          ))}
        </div>
      </Radio.Group>
    </section>
  )
}
