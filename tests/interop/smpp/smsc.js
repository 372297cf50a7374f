// A message centre on the npm package "smpp". Prints one JSON line for each thing that happens and
// takes JSON lines of commands: {"deliver": {...}}, {"drop": true}, {"throttle": N},
// {"mute": N, "after": TAKEN} (0: speak again), {"enquire": true}.
'use strict';
const readline = require('readline');
const fs = require('fs');
const smpp = require('smpp');

const say = (what) => process.stdout.write(JSON.stringify(what) + '\n');
const sessions = new Set();
let next = 1;
let throttle = 0;
let mute = 0;
let muteAfter = 0;

const options = { port: Number(process.argv[2]), host: '127.0.0.1' };
if (process.argv[3]) {
  Object.assign(options, {
    tls: true, key: fs.readFileSync(process.argv[3]), cert: fs.readFileSync(process.argv[4]),
  });
}

function text(pdu) {
  const held = pdu.short_message && pdu.short_message.message;
  return Buffer.isBuffer(held) ? held.toString('hex') : held;
}

function onSession(session) {
  sessions.add(session);
  session.on('error', () => {});
  session.on('close', () => { sessions.delete(session); say({ closed: true }); });
  const bind = (pdu) => {
    const ok = pdu.system_id === 'ringfence' && pdu.password === 'sesame';
    session.send(pdu.response({ command_status: ok ? 0 : smpp.ESME_RINVPASWD, system_id: 'npm' }));
    say({ bind: pdu.command, ok });
    session.mayReceive = ok && pdu.command !== 'bind_transmitter';
  };
  session.on('bind_transceiver', bind);
  session.on('bind_transmitter', bind);
  session.on('bind_receiver', bind);
  session.on('unbind', (pdu) => { session.send(pdu.response()); session.close(); });
  session.on('enquire_link', (pdu) => { say({ enquired: true }); session.send(pdu.response()); });
  session.on('submit_sm', (pdu) => {
    if (throttle > 0) {
      throttle -= 1;
      session.send(pdu.response({ command_status: smpp.ESME_RTHROTTLED }));
      return;
    }
    if (mute > 0 && next > muteAfter) { mute -= 1; say({ muted: true }); return; }
    const id = (next++).toString(16).toUpperCase().padStart(8, '0');
    const udh = pdu.short_message && pdu.short_message.udh;
    say({
      id, from: pdu.source_addr, fromTon: pdu.source_addr_ton, to: pdu.destination_addr,
      coding: pdu.data_coding, text: text(pdu), udh: udh ? udh.map((e) => e.toString('hex')) : [],
      payload: pdu.message_payload && pdu.message_payload.message,
      total: pdu.sar_total_segments, validity: pdu.validity_period,
    });
    session.send(pdu.response({ message_id: id }));
    if (pdu.registered_delivery) {
      for (const peer of sessions) {
        if (!peer.mayReceive) continue;
        peer.deliver_sm({
          source_addr: pdu.destination_addr, destination_addr: pdu.source_addr, esm_class: 4,
          short_message: `id:${id} sub:001 dlvrd:001 submit date:2401020304 ` +
            'done date:2401020305 stat:DELIVRD err:000 text:',
        });
        break;
      }
    }
  });
}

const server = smpp.createServer(options, onSession);
server.listen(options.port, options.host, () => say({ listening: true }));

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const command = JSON.parse(line);
  if (command.throttle) throttle = command.throttle;
  if (command.mute !== undefined) {
    mute = command.mute;
    muteAfter = command.after || 0;
    say({ silentAfter: muteAfter });
  }
  if (command.drop) for (const session of sessions) session.socket.destroy();
  if (command.enquire) {
    for (const session of sessions) session.enquire_link({}, (pdu) => say({ alive: pdu.command_status }));
  }
  if (command.deliver) {
    for (const session of sessions) {
      if (!session.mayReceive) continue;
      session.deliver_sm(command.deliver, (pdu) => say({ answered: pdu.command_status }));
      break;
    }
  }
});
process.stdin.on('end', () => process.exit(0));
