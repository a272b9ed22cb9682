'use strict'

/** A publish to an interest with nothing but a title. */
const titled = (title, more) => ({ interests: ['news'], web: { notification: { title } }, ...more })

/** A publish to users, with a payload for each platform. */
const parcel = {
  users: ['ada', 'grace'],
  apns: {
    aps: {
      alert: { title: 'Your parcel is here', subtitle: 'Order 1815', body: 'It waits for you at the front desk.' },
      badge: 3,
      sound: 'chime.aiff',
    },
  },
  fcm: {
    notification: { title: 'Your parcel is here', body: 'It waits for you.', icon: 'ic_parcel', color: '#0a7a4b' },
    priority: 'high',
  },
  web: { notification: { title: 'Your parcel is here', deep_link: 'https://shop.example/orders/1815' } },
}

module.exports = { titled, parcel }
