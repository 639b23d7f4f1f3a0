/** Whether the search over everything is open; pages may open it, too. */
import { create } from 'zustand'

export const useSearching = create<{ open: boolean }>(() => ({ open: false }))

export const setSearching = (open: boolean) => useSearching.setState({ open })
