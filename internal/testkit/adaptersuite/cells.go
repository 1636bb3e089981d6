package adaptersuite

import "slices"

// Cells returns the table.
func Cells() []Cell {
	return slices.Concat(
		matrixCells(), clientCells(), retiredCells(), underWayCells(), actCells(), valueCells(), deferCells(), saveCells(), failureCells(),
		cookieCells(), rollingCells(), optionCells(), carrierCells(), hookCells(), idCells(), outageCells(),
		lateCells(), startedCells(), panicCells(), streamCells(), deadlineCells(),
		routeCells(), nestingCells(), namesCells(), playCells(), browserCells(),
	)
}
