import { beforeAll } from 'vitest'
import { stage } from '../stage.ts'
import { House } from './house.ts'
import { look } from './screen.ts'
import { everything, visits } from './seed.ts'
import { Shop } from './shop.ts'
import { widget } from './widget.ts'

const on = stage()
let house: House

beforeAll(async () => {
  house = new House(on)
  await house.begin()
  await everything(house, 'talker')
  await visits(house)
})

look('widget', widget, (look) => new Shop(house, look))
