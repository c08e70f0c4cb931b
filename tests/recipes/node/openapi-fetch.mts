// openapi-fetch: calls whose paths, parameters and answers TypeScript knows.
import createClient from 'openapi-fetch'
import type { paths } from './schema.mjs'

declare const process: { env: Record<string, string> }
const { ROUTIX_URL: baseUrl, ROUTIX_BRANCH: branch, ROUTIX_CLIENT_ID: client_id, ROUTIX_CLIENT_SECRET: client_secret } = process.env

const client = createClient<paths>({ baseUrl })
const granted = await client.POST('/functions/v1/oauth-token', {
  body: { grant_type: 'client_credentials', client_id, client_secret },
})
const headers = { Authorization: `Bearer ${granted.data!.access_token}` }

const { data } = await client.GET('/functions/v1/api/v1/{branch}/accounts', {
  params: { path: { branch }, query: { limit: 2, status: 'active' } },
  headers,
})
console.log('accounts', data!.data.map((account) => account.status).join(' '))

const { error } = await client.GET('/functions/v1/api/v1/{branch}/accounts', {
  // @ts-expect-error There is no such parameter, and the compiler says so; sent all the same, it is refused.
  params: { path: { branch }, query: { stauts: 'active' } },
  headers,
})
console.log('refused', error!.error, error!.errors![0].field)
