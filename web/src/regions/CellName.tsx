/** Where a hexagon is, as people say it: the town and the street in its middle; its code where neither is known. */
import { useQuery } from '@tanstack/react-query'
import { cellToLatLng } from 'h3-js'
import { api, call } from '../api/client'
import classes from './RegionsPage.module.css'

function useAddressOf(cell: string) {
  return useQuery({
    queryKey: ['regions', 'address', cell],
    queryFn: ({ signal }) => {
      const [lat, lon] = cellToLatLng(cell)
      const point = `${lon.toFixed(5)},${lat.toFixed(5)}`
      return call(api.GET('/api/geocode/reverse', { params: { query: { point } }, signal }))
    },
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  }).data
}

export function CellName({ cell }: { cell: string }) {
  const address = useAddressOf(cell)
  const town = address?.city || address?.street
  if (!town)
    return (
      <code className={classes.code} title={cell}>
        {cell}
      </code>
    )
  return (
    <span className={classes.name} title={`${address?.label} (${cell})`}>
      {town}
      {address?.city && address.street && <span className={classes.street}> · {address.street}</span>}
    </span>
  )
}
