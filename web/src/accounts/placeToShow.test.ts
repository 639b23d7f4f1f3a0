import { describe, expect, it } from 'vitest'
import { placeToShow } from './placeToShow'

describe('an account chosen in the list', () => {
  it('leaves a map alone that shows it by itself', () => {
    expect(placeToShow([-75.5, 39.5], [-76, 39, -75, 40], 12)).toBeNull()
  })
  it('comes into sight without changing a near map', () => {
    expect(placeToShow([-74.5, 39.5], [-76, 39, -75, 40], 15)).toEqual({ lon: -74.5, lat: 39.5, zoom: 15 })
  })
  it('is brought near where clusters hide it, and on a map that nobody moved', () => {
    expect(placeToShow([-75.5, 39.5], [-76, 39, -75, 40], 8)?.zoom).toBe(13)
    expect(placeToShow([-75.5, 39.5], null)?.zoom).toBe(13)
  })
})
