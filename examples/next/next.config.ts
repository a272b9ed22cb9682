import type { NextConfig } from 'next'

export default {
  // A native addon cannot be bundled.
  serverExternalPackages: ['beams-native'],
} satisfies NextConfig
