import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common'
import type { Response } from 'express'
import { BeamsError } from 'beams-native'

/** What went wrong with Beams is a gateway's failure to our own clients; `delivery` says whether they may try again. */
@Catch(BeamsError)
export class BeamsErrorFilter implements ExceptionFilter<BeamsError> {
  private readonly logger = new Logger('Beams')

  catch(error: BeamsError, host: ArgumentsHost): void {
    this.logger.error(error)
    const status = error.code === 'ERR_BEAMS_INVALID_ARGUMENT' ? 400 : error.delivery === 'unknown' ? 504 : 503
    host.switchToHttp().getResponse<Response>().status(status).json({ code: error.code, delivery: error.delivery })
  }
}
