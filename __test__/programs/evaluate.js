'use strict'

// Evaluates the text that it is given. In it, `require('beams-native')` is this checkout.

const entry = require.resolve('../..')
const evaluate = new Function('require', process.argv[2])
evaluate((name) => require(name === 'beams-native' ? entry : name))
