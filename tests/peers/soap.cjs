// A department served by Node's soap package, for trying the hub against a stack that is not ours.
// PEER_DATA is a JSON file as soap.php reads it, with service, port and path of the contract beside.

const fs = require('fs')
const http = require('http')
const soap = require('soap')

const peer = JSON.parse(fs.readFileSync(process.env.PEER_DATA, 'utf8'))

const find = (values, path) => path.split('/').reduce((found, step) => plain(found?.[step]), values)
const plain = (value) => (value && typeof value === 'object' && '$value' in value ? value.$value : value)

function answer(operation, given) {
  const rows = operation.rows ?? []
  const size = Number((operation.size && find(given, operation.size)) || 1000)
  const page = Number((operation.page && find(given, operation.page)) || 1)
  const shown = rows.slice((page - 1) * size, page * size)
  const known = { '{rows}': shown, '{total}': rows.length, '{json}': JSON.stringify({ total: rows.length, rows: shown }) }
  const fill = (template) => {
    if (Array.isArray(template)) return template.map(fill)
    if (template && typeof template === 'object') return Object.fromEntries(Object.entries(template).map(([k, v]) => [k, fill(v)]))
    return typeof template === 'string' ? (known[template] ?? template) : template
  }
  return fill(operation.answer)
}

const methods = Object.fromEntries(Object.entries(peer.operations).map(([name, operation]) => [name, (given) => {
  if (operation.fault) throw { Fault: { Code: { Value: operation.fault.code }, Reason: { Text: operation.fault.text } } }
  return answer(operation, given)
}]))

const server = http.createServer((request, response) => response.end('ready'))
server.listen(0, '127.0.0.1', () => {
  const listener = soap.listen(server, {
    path: peer.path, services: { [peer.service]: { [peer.port]: methods } }, xml: fs.readFileSync(peer.wsdl, 'utf8'),
    uri: peer.wsdl, callback: () => console.log(server.address().port),
  })
  listener.authorizeConnection = () => true
})
